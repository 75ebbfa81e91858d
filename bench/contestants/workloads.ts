import { NotOffered, type Prepare, type Program } from '../harness/case.ts';

type Build<Sizes extends readonly number[]> = (...sizes: Sizes) => Program | Promise<Program>;

/** The jobs that several contestants can do; what one of them lacks is reported as not offered. */
export interface Workloads {
  /** `nodes` asynchronous increments, each of what the one before returned; starts at 0 and returns the last. */
  readonly chain: Build<[nodes: number]>;
  /** `nodes` asynchronous nodes that add their index to 1, and one that sums them up. */
  readonly fanOut: Build<[nodes: number]>;
  /** `increment`, `double` and `decrement` for each of the items 0, 1, …; returns the sum. */
  readonly items: Build<[items: number]>;
  /** The same for `lists` × `items`, each list mapped by a flow inside the outer one; returns the sum of all. */
  readonly nestedItems: Build<[lists: number, items: number]>;
  /** The same for items that come one by one and may not be held; returns the sum. */
  readonly stream: Build<[items: number]>;
  /** Declares a chain of `nodes` nodes without running it; returns `nodes`. */
  readonly build: Build<[nodes: number]>;
}

/** What one contestant offers. */
export type Contestant = Partial<Workloads>;

export const increment = async (value: number): Promise<number> => value + 1;
export const double = async (value: number): Promise<number> => value * 2;
export const decrement = async (value: number): Promise<number> => value - 1;

/** 0, 1, … below `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Sum of a list. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What the `items` workload returns for the items 0, 1, … below `count`. */
export const sumOfItems = (count: number): number => sum(range(count).map((item) => (item + 1) * 2 - 1));

const files = {
  'plain await': './plain-await.ts',
  hypernodes: './hypernodes.ts',
  Effect: './effect.ts',
  'p-graph': './p-graph.ts',
  flowcraft: './flowcraft.ts',
  GraphAI: './graphai.ts',
  Mastra: './mastra.ts',
  'LangGraph.js': './langgraph.ts',
} as const;

/** Every contestant with this job. Each is imported in the process that measures it, so none pays for another. */
export function everyone<Name extends keyof Workloads>(
  workload: Name,
  ...sizes: Parameters<Workloads[Name]>
): Record<keyof typeof files, Prepare> {
  const prepare = (file: string) => async (): Promise<Program> => {
    const { default: contestant } = (await import(file)) as { default: Contestant };
    const build = contestant[workload] as Build<typeof sizes> | undefined;
    if (build === undefined) throw new NotOffered('has nothing of the kind');
    return build(...sizes);
  };
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, prepare(file)])) as never;
}
