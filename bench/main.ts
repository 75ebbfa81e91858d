/** `npm run bench -- [--quick] [--only <case>,…] [--contestant <name>,…]`: measures all cases and writes `RESULTS.md`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Outcome } from './harness/contestant-process.ts';
import { caseNames, loadCase } from './harness/load-cases.ts';
import { describeMachine } from './harness/machine.ts';
import { fullEffort, quickEffort } from './harness/measure.ts';
import { tableOf } from './harness/report.ts';
import { runContestant } from './harness/run-contestant.ts';

/** Everything is shown as a multiple of this. */
const reference = { caseName: 'chain-async', contestant: 'plain await' };

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    contestant: { type: 'string', multiple: true, default: [] },
  },
});
const effort = flags.quick ? quickEffort : fullEffort;
const only = flags.only.flatMap((names) => names.split(','));
const chosen = flags.contestant.flatMap((names) => names.split(','));

const known = caseNames();
const unknown = only.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No case ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(2);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function measureReference(): Promise<number> {
  progress(`${reference.caseName}: ${reference.contestant}`);
  const outcome = await runContestant({ ...reference, effort });
  if ('notRun' in outcome) throw new Error(`The plain await loop did not run: ${outcome.notRun}`);
  return outcome.figures.cpuMicros;
}

const awaitMicros = await measureReference();
const sections = [
  `# Benchmarks`,
  [
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}.`,
    `Written by \`npm run bench\`: one process per line, warmed up, median of ${effort.samples} samples, garbage collected before each, answers checked.`,
    `CPU time is user + system of all threads. × await: relative to one turn of a plain \`await\` loop, here ${awaitMicros.toFixed(3)} µs.`,
    `The first line of a table is the same work written by hand. First run: in a fresh process, before anything is compiled.`,
  ].join('\n'),
];
console.log(`${sections.join('\n\n')}\n`);

for (const name of only.length > 0 ? known.filter((candidate) => only.includes(candidate)) : known) {
  const benchCase = await loadCase(name);
  const outcomes = new Map<string, Outcome>();
  for (const contestant of Object.keys(benchCase.contestants)) {
    if (chosen.length > 0 && !chosen.includes(contestant)) continue;
    progress(`${name}: ${contestant}`);
    outcomes.set(contestant, await runContestant({ caseName: name, contestant, effort }));
  }
  progress('');
  const table = tableOf({ name, benchCase, outcomes }, awaitMicros);
  sections.push(table.trimEnd());
  console.log(table);
}

// Part of the cases is no result to keep.
if (only.length === 0 && chosen.length === 0 && !flags.quick) {
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${sections.join('\n\n')}\n`);
}
