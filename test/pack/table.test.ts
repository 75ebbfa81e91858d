import { describe, expect, it } from 'vitest';
import { type Tool, travel } from './project.ts';

const tools: readonly Tool[] = [
  'tsx',
  'esbuild to modules',
  'esbuild to CommonJS',
  'esbuild for ES2020',
  'tsc to modules',
  'tsc to CommonJS',
  'tsc for ES2020',
  'a minified bundle',
  'a CommonJS bundle',
];
// Node 20 does not know TypeScript.
const stripsTypes = 'typescript' in process.features && process.features.typescript !== false;

describe.each(stripsTypes ? [...tools, 'Node, which strips the types' as const] : tools)(
  'what was packed from %s and unpacked elsewhere',
  async (tool) => {
    const travelled = await travel(tool);

    it('is at least 120 cases', () => {
      expect(travelled.length).toBeGreaterThanOrEqual(120);
    });

    it.each(travelled)('$name', ({ expected, inProcess, inWorker }) => {
      expect(expected).not.toMatch(/^threw/);
      expect({ inProcess, inWorker }).toEqual({ inProcess: expected, inWorker: expected });
    });
  },
);
