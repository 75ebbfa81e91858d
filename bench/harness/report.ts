import type { BenchCase } from './case.ts';
import type { Outcome } from './contestant-process.ts';
import type { Results } from './limits.ts';
import type { Figures } from './measure.ts';

/** A case with what came out. */
export interface Report {
  readonly name: string;
  readonly benchCase: BenchCase;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** Three significant digits. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function cells(name: string, figures: Figures, awaitMicros: number): string[] {
  const { cpuMicros, wallMs, firstCpuMs, peakMegabytes, samples } = figures;
  return [
    samples === 1 ? `${name} (1 sample, cold)` : name,
    digits(cpuMicros),
    digits(cpuMicros / awaitMicros),
    digits(wallMs),
    digits(firstCpuMs),
    peakMegabytes.toFixed(0),
  ];
}

/**
 * One case as a Markdown table, readable as it is, with the verdicts of its limits below.
 *
 * @param awaitMicros CPU microseconds of one turn of a plain `await` loop.
 */
export function tableOf({ name, benchCase, outcomes }: Report, awaitMicros: number): string {
  const { title, operation, operations } = benchCase;
  const head = ['', `CPU µs / ${operation}`, '× await', 'wall ms', 'first run, CPU ms', 'peak MB'];
  const rows: string[][] = [];
  const notRun: string[] = [];
  const results = new Map<string, Figures>();
  for (const [contestant, outcome] of outcomes) {
    if ('notRun' in outcome) {
      notRun.push(`- ${contestant}: not run (${outcome.notRun})`);
      continue;
    }
    results.set(contestant, outcome.figures);
    rows.push(cells(contestant, outcome.figures, awaitMicros));
  }
  const verdicts = (benchCase.limits ?? []).map((limit) => `- ${verdictOf(limit, results)}`);
  return [
    `## ${title}`,
    '',
    `\`${name}\`: one run is ${operations.toLocaleString('en')} × ${operation}`,
    '',
    ...aligned([head, ...rows]),
    ...paragraph(verdicts),
    ...paragraph(notRun),
    '',
  ].join('\n');
}

function verdictOf(limit: NonNullable<BenchCase['limits']>[number], results: Results): string {
  const verdict = limit.judge(results);
  if (verdict === undefined) return `${limit.says}: not measured`;
  return `${verdict.holds ? '✔' : '✘'} ${limit.says}: ${verdict.found}`;
}

const paragraph = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines]);

/** Rows of a Markdown table in columns; the first one is text, the others are numbers. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)];
}
