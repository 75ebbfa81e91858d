import { describe, expect, it } from 'vitest';
import { type Tool, travel } from './project.ts';

const tools: readonly Tool[] = [
  'tsx',
  'esbuild to modules',
  'esbuild to CommonJS',
  'tsc to modules',
  'tsc to CommonJS',
  'a minified bundle',
  'a CommonJS bundle',
];

/** From Node 22 on, the engine does not show it; packing refuses and says what to write instead. */
const seesThisOfArrows = Number.parseInt(process.versions.node, 10) < 22;

describe.each(tools)('what was packed from %s and unpacked elsewhere', async (tool) => {
  const travelled = await travel(tool);

  it('is at least 120 cases', () => {
    expect(travelled.length).toBeGreaterThanOrEqual(120);
  });

  it.each(travelled)('$name', ({ name, expected, inProcess, inWorker }) => {
    expect(expected).not.toMatch(/^threw/);
    if (!seesThisOfArrows && name.includes('the this of an arrow function')) {
      for (const outcome of [inProcess, inWorker]) expect(outcome).toMatch(/^refused: PackError: .*const self = this/);
    } else expect({ inProcess, inWorker }).toEqual({ inProcess: expected, inWorker: expected });
  });
});
