import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeIdentity } from '../../src/identity/index.ts';
import { behaviour, RandomProgram } from './random-program.ts';

const PROGRAMS = 150;

/** Evaluates many programs as one script. */
const load = (sources: readonly string[]): Function[] =>
  new Function(`"use strict"; return [${sources.join(',\n')}\n]`)();
const digests = (sources: readonly string[]) => load(sources).map((fn) => codeIdentity(fn).digest);

function expectSame(sources: readonly string[], others: readonly string[]): void {
  const [one, other] = [digests(sources), digests(others)];
  for (const [i, digest] of one.entries()) expect(other[i], `${sources[i]}\n${others[i]}`).toBe(digest);
}

function randomPrograms(seed: number): string[] {
  const programs = new RandomProgram(seed);
  return Array.from({ length: PROGRAMS }, () => programs.next());
}

/** Checks a law for several seeds; the seed of a failure is printed. */
const forPrograms = (law: (sources: string[]) => void) =>
  fc.assert(
    fc.property(fc.integer(), (seed) => law(randomPrograms(seed))),
    { numRuns: 6, endOnFailure: true },
  );

describe('laws of code identity, on random programs', () => {
  it('programs with one identity do the same', () => {
    const known = new Map<string, { source: string; does: string }>();
    let met = 0;
    forPrograms((sources) => {
      load(sources).forEach((fn, i) => {
        const source = sources[i]!;
        const { digest } = codeIdentity(fn);
        const first = known.get(digest);
        if (first === undefined) known.set(digest, { source, does: behaviour(fn) });
        else if (first.source !== source) {
          met++;
          expect(behaviour(fn), `${first.source}\n${source}`).toBe(first.does);
        }
      });
    });
    expect(met).toBeGreaterThan(100);
  });

  it('layout, comments and names of local variables make no difference', () => {
    forPrograms((sources) => {
      const changed = sources.map((source) =>
        source.replace(/\b([clvi])(\d+)\b/g, 'renamed_$1_$2').replaceAll('; ', '; /* a comment */\n\n  '),
      );
      expectSame(sources, changed);
    });
  });

  it('printing by a compiler makes next to no difference, whatever it folds', () => {
    forPrograms((sources) => {
      const printed = sources.map((source) => {
        const { code } = transformSync(`(${source})`, { loader: 'ts', minifyWhitespace: true });
        return code.trim().replace(/;$/, '');
      });
      const before = digests(sources);
      const changed = digests(printed).filter((digest, i) => digest !== before[i]);
      // esbuild knows a few more constants, such as `[] + 'x'`: a miss, and seldom.
      expect(changed.length).toBeLessThanOrEqual(sources.length * 0.03);
    });
  });
});
