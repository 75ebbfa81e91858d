import type { Cases } from './case.ts';
import { count, countUp, mode as sameMode } from './lib/again.ts';
import * as live from './lib/live.ts';
import { hit, hits, mode, setMode } from './lib/live.ts';

/** Assigns its own name, as helpers of compilers do. */
// biome-ignore lint/suspicious/noFunctionAssign: that is what is tested
function once(): string {
  const value = 'made';
  // @ts-expect-error TypeScript does not allow what JavaScript does
  once = () => `${value} before`;
  return once();
}
// biome-ignore lint/suspicious/noFunctionAssign: as above
function countDown(n: number): string {
  return n === 0 ? 'old' : countDown(n - 1);
}
const oldCountDown = countDown;
// @ts-expect-error as above
countDown = () => 'new';
const ownName = function countDown(n: number): number {
  return n === 0 ? 0 : countDown(n - 1) + 1;
};

/** Places in the source that look alike to the engine: the same names, and the same values in them. */
const alike: (() => number)[] = [];
for (let i = 0; i < 2; i++) alike.push(() => i++);
for (let i = 0; i < 2; i++) alike.push(() => i);
const twins = [
  (function make() {
    let n = 0;
    return () => ++n;
  })(),
  (function make() {
    const n = 0;
    return () => n;
  })(),
];

export const bindings: Cases = {
  'variables of loops that look alike': () => [...alike, ...alike].map((fn) => fn()),
  'variables of functions that look alike': () => [...twins, ...twins].map((fn) => fn()),
  'a variable that another module assigns': () => {
    const before = hits;
    return [hit() - before, hits - before];
  },
  'a variable that another module replaces': () => {
    setMode('second');
    return mode.name;
  },
  'the same under another name, through another module': () => {
    const before = count;
    return [countUp() - before, count - before, hits - before];
  },
  'the same in a namespace': () => {
    const before = live.hits;
    return [live.hit() - before, live.hits - before, Object.keys(live).length];
  },
  'one variable, whatever it is called': () => {
    setMode('third');
    return [sameMode === mode, live.mode === mode, sameMode.name];
  },
  'a function that replaces itself': () => [once(), once()],
  'a function whose name means another by now': () => [oldCountDown(2), countDown(2)],
  'the own name of a function expression': () => ownName(3),
};
