import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'hypernodes-graph-'));
const graph = (...parameters: string[]) => {
  const command = [join(root, 'dist/cli.js'), 'graph', ...parameters];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: project, encoding: 'utf8' });
  return { status, stdout, stderr };
};

beforeAll(() => {
  mkdirSync(join(project, 'node_modules'));
  mkdirSync(join(project, 'v1.0'));
  symlinkSync(root, join(project, 'node_modules/hypernodes'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(project, 'pipeline.ts'),
    `import { node, Pipeline } from 'hypernodes';
     const size = node('size', ({ text }: { text: string }) => text.length);
     export const sizes = new Pipeline({ name: 'sizes', nodes: [size] });`,
  );
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('hypernodes graph', () => {
  it('prints text, or what it is told to', () => {
    expect(graph('pipeline.ts')).toMatchObject({ status: 0, stdout: 'sizes  (text) → size\n  size  (text) → size\n' });
    expect(graph('pipeline.ts::sizes', '--format', 'mermaid').stdout).toMatch(/^flowchart TD\n/);
    expect(graph('pipeline.ts', '--format', 'dot', '--direction', 'right').stdout).toContain('rankdir=LR');
  });

  it('writes files in the format of their name', () => {
    for (const [file, start] of [
      ['graph.svg', '<svg '],
      ['graph.html', '<!doctype html>'],
      ['graph.mmd', 'flowchart'],
      ['GRAPH.DOT', 'digraph'],
      ['v1.0/graph', 'sizes  (text)'],
    ] as const) {
      expect(graph('pipeline.ts', '--out', file)).toMatchObject({ status: 0, stdout: '' });
      expect(readFileSync(join(project, file), 'utf8').startsWith(start)).toBe(true);
    }
  });

  it.each([
    [[], 'say which file'],
    [['pipeline.ts', 'more.ts'], "one file, found also 'more.ts'"],
    [['pipeline.ts', '--out', 'graph.png'], "no format 'png'; there is text, mermaid, dot, svg, html"],
    [['pipeline.ts', '--format', 'png'], "no format 'png'; there is text, mermaid, dot, svg, html"],
    [['pipeline.ts', '--depth', 'x'], "--depth is 'x'"],
    [['pipeline.ts', '--direction', 'up'], "--direction is 'up'"],
    [['pipeline.ts', '--colour'], '--colour'],
  ])('says what is wrong with %j', (parameters, message) => {
    expect(graph(...parameters)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });
});
