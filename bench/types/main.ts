/** `npm run types --prefix bench`: how long pipelines take to type-check on three compilers; writes `types/RESULTS.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from '../harness/machine.ts';
import { median } from '../harness/measure.ts';
import { type CheckTime, check } from './check.ts';
import { writeProject } from './generate.ts';

const SIZES = [50, 200, 500];
const ROUNDS = 5;
const compilers = ['typescript-5.9', 'typescript', 'typescript-7'];
/** Most time that 200 nodes may take beyond an empty project, in milliseconds. */
const limits: Readonly<Record<string, number>> = { 'typescript-5.9': 800, 'typescript-7': 300 };

const root = new URL('../../node_modules/', import.meta.url);
const generated = fileURLToPath(new URL('generated/', import.meta.url));

function versionOf(compiler: string): string {
  return (JSON.parse(readFileSync(new URL(`${compiler}/package.json`, root), 'utf8')) as { version: string }).version;
}

/** Medians; each round checks all projects, so that a busy moment of the machine touches all of them. */
function measure(compiler: string): Map<number, CheckTime> {
  const program = fileURLToPath(new URL(`${compiler}/bin/tsc`, root));
  const samples = new Map<number, CheckTime[]>([0, ...SIZES].map((size) => [size, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [size, times] of samples) times.push(check(program, writeProject(generated, size)));
  }
  const middle = (times: readonly CheckTime[]): CheckTime => ({
    wallMs: median(times.map(({ wallMs }) => wallMs)),
    cpuMs: median(times.map(({ cpuMs }) => cpuMs)),
  });
  return new Map(Array.from(samples, ([size, times]) => [size, middle(times)]));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const both = ({ wallMs, cpuMs }: CheckTime): string => `${seconds(wallMs)} (${seconds(cpuMs)})`;
const beyond = (time: CheckTime, empty: CheckTime): CheckTime => ({
  wallMs: time.wallMs - empty.wallMs,
  cpuMs: time.cpuMs - empty.cpuMs,
});

const rows: string[] = [];
const verdicts: string[] = [];
for (const compiler of compilers) {
  const version = versionOf(compiler);
  const times = measure(compiler);
  const empty = times.get(0)!;
  const cells = SIZES.map((size) => `+ ${both(beyond(times.get(size)!, empty))}`);
  rows.push(`| ${version} | ${both(empty)} | ${cells.join(' | ')} |`);
  const limit = limits[compiler];
  if (limit === undefined) continue;
  const { wallMs, cpuMs } = beyond(times.get(200)!, empty);
  // Other work on the machine stretches the one, threads the other.
  const found = Math.min(wallMs, cpuMs);
  verdicts.push(`- ${found <= limit ? '✔' : '✘'} ${version}: 200 nodes ≤ ${seconds(limit)}: ${seconds(found)}`);
}

const report = `# Type-checking generated pipelines

${new Date().toISOString().slice(0, 10)}, ${describeMachine()}.
Written by \`npm run types --prefix bench\`: medians of ${ROUNDS}, wall time with CPU time in brackets, beyond an empty project.
Each program declares its nodes, runs them, maps them, and nests them in another pipeline.

| TypeScript | empty project | ${SIZES.map((size) => `${size} nodes`).join(' | ')} |
| --- | --- | ${SIZES.map(() => '---').join(' | ')} |
${rows.join('\n')}

${verdicts.join('\n')}
`;
console.log(report);
writeFileSync(new URL('RESULTS.md', import.meta.url), report);
