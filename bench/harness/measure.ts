import { isDeepStrictEqual } from 'node:util';
import type { BenchCase, Program } from './case.ts';

/** How long to measure. */
export interface Effort {
  readonly samples: number;
  /** Least CPU time of the runs before the first sample, and of one sample, in milliseconds; other work on the machine stretches any other time. */
  readonly warmUpMs: number;
  readonly sampleMs: number;
}

export const fullEffort: Effort = { samples: 5, warmUpMs: 1000, sampleMs: 100 };
export const quickEffort: Effort = { samples: 3, warmUpMs: 200, sampleMs: 20 };

/** What was measured for one contestant in one case. */
export interface Figures {
  /** Median CPU time (user + system, all threads) per operation, in microseconds. */
  readonly cpuMicros: number;
  /** Median duration of one run, in milliseconds. */
  readonly wallMs: number;
  /** CPU time of the first run in the process, in milliseconds. */
  readonly firstCpuMs: number;
  /** Most memory that the process held until its first run was done, and ever, in megabytes. */
  readonly firstPeakMegabytes: number;
  readonly peakMegabytes: number;
  /** 1 when one run takes so long that the first had to do. */
  readonly samples: number;
}

interface Sample {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** From this duration of the first run on, it is the only sample. */
const LONG_RUN_MS = 8000;
const WARM_UP_TURNS = 2;

/** Runs a program until its figures are stable. Needs `--expose-gc`. */
export async function measure(program: Program, { answer, operations }: BenchCase, effort: Effort): Promise<Figures> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Start Node with --expose-gc.');

  async function sample(runs: number): Promise<Sample> {
    gc!();
    const cpuBefore = process.cpuUsage();
    const begin = performance.now();
    let found: unknown;
    for (let run = 0; run < runs; run++) {
      found = program();
      // Awaiting what is no promise would add a microtask to programs that take less.
      if (found instanceof Promise) found = await found;
    }
    const wallMs = (performance.now() - begin) / runs;
    const { user, system } = process.cpuUsage(cpuBefore);
    if (!isDeepStrictEqual(found, answer))
      throw new Error(`Wrong answer: ${String(found)}, expected ${String(answer)}.`);
    return { cpuMs: (user + system) / 1000 / runs, wallMs };
  }

  const first = await sample(1);
  const firstPeakMegabytes = peakMegabytes();
  const samples: Sample[] = [];
  if (first.wallMs > LONG_RUN_MS) {
    samples.push(first);
  } else {
    const runs = await warmUp(sample, effort);
    while (samples.length < effort.samples) samples.push(await sample(runs));
  }
  return {
    cpuMicros: (median(samples.map(({ cpuMs }) => cpuMs)) * 1000) / operations,
    wallMs: median(samples.map(({ wallMs }) => wallMs)),
    firstCpuMs: first.cpuMs,
    firstPeakMegabytes,
    peakMegabytes: peakMegabytes(),
    samples: samples.length,
  };
}

const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1024;

/** Returns how many runs make a sample long enough. */
async function warmUp(sample: (runs: number) => Promise<Sample>, { warmUpMs, sampleMs }: Effort): Promise<number> {
  let runs = 1;
  for (let turn = 0, spentMs = 0; turn < WARM_UP_TURNS || spentMs < warmUpMs; turn++) {
    const { cpuMs } = await sample(runs);
    spentMs += cpuMs * runs;
    runs = Math.max(1, Math.ceil(sampleMs / cpuMs));
  }
  return runs;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
