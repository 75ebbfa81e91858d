import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { builtRoom } from '../inspect/built-room.ts';

it('identities follow what other modules assign to their exports, and nothing is done again for constants', () => {
  const program = fileURLToPath(new URL('./fixtures/live.mjs', import.meta.url));
  const printed = execFileSync(process.execPath, [program, builtRoom('identity')], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual({ moved: true, back: true, kept: true });
});
