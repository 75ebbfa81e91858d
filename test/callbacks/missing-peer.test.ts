import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

/** A project in which the package is installed, but not the OpenTelemetry API. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hypernodes-peer-'));
  const installed = join(folder, 'node_modules', 'hypernodes');
  mkdirSync(installed, { recursive: true });
  for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(installed, part), { recursive: true });
  for (const name of ['acorn', 'picocolors', 'signal-exit', 'string-width']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

const run = async (program: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
  });
  return stdout.trim();
};

describe('without @opentelemetry/api', () => {
  it('telemetry says what to install', async () => {
    const program = `
      import { TelemetryCallback } from 'hypernodes/callbacks';
      try { new TelemetryCallback(); } catch (error) { console.log([error.constructor.name, error.code, error.message, error.hint].join(' | ')); }
    `;
    expect(await run(program)).toBe(
      'MissingPeerError | MISSING_PEER | TelemetryCallback needs the package @opentelemetry/api, which is not installed. ' +
        'Install it: npm install @opentelemetry/api | npm install @opentelemetry/api',
    );
  });

  it('everything else works', async () => {
    const program = `
      import { node, Pipeline } from 'hypernodes';
      import { LoggingCallback, ProgressCallback, ReportCollector } from 'hypernodes/callbacks';
      const report = new ReportCollector();
      const callbacks = [new ProgressCallback(), new LoggingCallback(), report];
      await new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks }).run({});
      console.log(report.report().executed);
    `;
    expect(await run(program)).toBe('1');
  });
});
