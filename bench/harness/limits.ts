import type { Figures } from './measure.ts';

/** Figures of one case by contestant; what did not run is absent. */
export type Results = ReadonlyMap<string, Figures>;

/** Something that the results of a case must satisfy. */
export interface Limit {
  /** `hypernodes: ≤ 0.4 µs a node`. */
  readonly says: string;
  /** The measured value and whether it holds; `undefined` when a contestant that it needs did not run. */
  judge(results: Results): { readonly found: string; readonly holds: boolean } | undefined;
}

/** CPU time per operation, in microseconds. */
export function atMostMicros(contestant: string, limit: number): Limit {
  return {
    says: `${contestant}: ≤ ${limit} µs`,
    judge(results) {
      const figures = results.get(contestant);
      return figures && { found: `${figures.cpuMicros.toFixed(3)} µs`, holds: figures.cpuMicros <= limit };
    },
  };
}

/** CPU time of the whole first run in a fresh process, before anything is compiled, in milliseconds. */
export function firstRunAtMostMs(contestant: string, limit: number): Limit {
  return {
    says: `${contestant}: ≤ ${limit} ms in the first run`,
    judge(results) {
      const figures = results.get(contestant);
      return figures && { found: `${figures.firstCpuMs.toFixed(1)} ms`, holds: figures.firstCpuMs <= limit };
    },
  };
}

/** CPU time relative to another contestant. */
export function atMostTimes(contestant: string, factor: number, other: string): Limit {
  return {
    says: `${contestant}: ≤ ${factor} × ${other}`,
    judge(results) {
      const [own, its] = [results.get(contestant), results.get(other)];
      if (own === undefined || its === undefined) return undefined;
      const ratio = own.cpuMicros / its.cpuMicros;
      return { found: `${ratio.toFixed(2)} ×`, holds: ratio <= factor };
    },
  };
}

/** Peak memory after the first run beyond that of another contestant, in megabytes. */
export function firstRunAtMostMegabytesAbove(contestant: string, limit: number, other: string): Limit {
  return {
    says: `${contestant}: ≤ ${limit} MB above ${other} after one run`,
    judge(results) {
      const [own, its] = [results.get(contestant), results.get(other)];
      if (own === undefined || its === undefined) return undefined;
      const above = own.firstPeakMegabytes - its.firstPeakMegabytes;
      return { found: `${above.toFixed(0)} MB`, holds: above <= limit };
    },
  };
}

/** Peak memory beyond that of another contestant, in megabytes. */
export function atMostMegabytesAbove(contestant: string, limit: number, other: string): Limit {
  return {
    says: `${contestant}: ≤ ${limit} MB above ${other}`,
    judge(results) {
      const [own, its] = [results.get(contestant), results.get(other)];
      if (own === undefined || its === undefined) return undefined;
      const above = own.peakMegabytes - its.peakMegabytes;
      return { found: `${above.toFixed(0)} MB`, holds: above <= limit };
    },
  };
}

/** How many times as fast as another contestant, by the clock: for work that is done side by side. */
export function atLeastTimesAsFast(contestant: string, factor: number, other: string): Limit {
  return {
    says: `${contestant}: ≥ ${factor} × as fast as ${other}`,
    judge(results) {
      const [own, its] = [results.get(contestant), results.get(other)];
      if (own === undefined || its === undefined) return undefined;
      const speed = its.wallMs / own.wallMs;
      return { found: `${speed.toFixed(2)} ×`, holds: speed >= factor };
    },
  };
}

/** Duration of one run, in milliseconds, by the clock: for work that other processes do. */
export function atMostWallMs(contestant: string, limit: number): Limit {
  return {
    says: `${contestant}: ≤ ${limit} ms by the clock`,
    judge(results) {
      const figures = results.get(contestant);
      return figures && { found: `${figures.wallMs.toFixed(2)} ms`, holds: figures.wallMs <= limit };
    },
  };
}
