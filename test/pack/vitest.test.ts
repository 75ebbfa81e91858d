import { readFileSync } from 'node:fs';
import os from 'node:os';
import * as path from 'node:path';
import { pack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';
import { bindings } from './cases/bindings.ts';
import { classes } from './cases/classes.ts';
import { closures } from './cases/closures.ts';
import { data } from './cases/data.ts';
import { functions } from './cases/functions.ts';
import { portable } from './programs/portable.mjs';
import { callFarAway, type PackedCase } from './project.ts';

describe('what was packed from a test and unpacked elsewhere', async () => {
  const cases = Object.values({ closures, bindings, functions, classes, data }).flatMap((group) =>
    Object.entries(group),
  );
  const payloads = cases.map(([, run]) => pack(run));
  const packed: PackedCase[] = [];
  for (const [i, [name, run]] of cases.entries())
    packed.push({ name, bytes: payloads[i]!, expected: await portable(run) });

  it.each(callFarAway(packed))('$name', ({ expected, inProcess, inWorker }) => {
    expect(expected).not.toMatch(/^threw/);
    expect({ inProcess, inWorker }).toEqual({ inProcess: expected, inWorker: expected });
  });
});

describe('modules of Node, before which vitest puts proxies', () => {
  const uses: Readonly<Record<string, () => unknown>> = {
    'a named import': () => typeof readFileSync,
    'the default export': () => os.EOL,
    'a namespace': () => path.posix.join('a', 'b'),
    'import()': async () => (await import('node:os')).EOL,
  };
  const packed: PackedCase[] = [];
  for (const [name, use] of Object.entries(uses)) packed.push({ name, bytes: pack(use), expected: '' });

  it.each(callFarAway(packed))('$name', async ({ name, inProcess, inWorker }) => {
    const expected = await portable(uses[name]!);
    expect({ inProcess, inWorker }).toEqual({ inProcess: expected, inWorker: expected });
  });
});
