import { readdirSync } from 'node:fs';
import type { BenchCase } from './case.ts';

const folder = new URL('../cases/', import.meta.url);

/** Names of all cases: their files without `.ts`. */
export function caseNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** The case of one file. */
export async function loadCase(name: string): Promise<BenchCase> {
  const { default: benchCase } = (await import(new URL(`${name}.ts`, folder).href)) as { default: BenchCase };
  return benchCase;
}
