import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DiskCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { engineFor, places } from './engine.ts';
import { reportLearned, reportVerdict } from './report.ts';
import { classify, learn } from './spam-filter.ts';

const usage = `Learns to tell spam from mail, says how well, and judges mails.

  npm run demo                          judges the two mails in examples/spam-filter/mails
  npm run demo -- a.eml b.eml           judges these files
  cat a.eml | npm run demo -- -         judges what comes in
  npm run demo -- --on workers          learns in worker threads; local: in containers of this machine
  npm run demo -- --cache folder        keeps what was computed there instead of in examples/spam-filter/.cache`;

const samples = ['offer.eml', 'meeting.eml'].map((file) => resolve(import.meta.dirname, '../mails', file));

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      help: { type: 'boolean' },
      on: { type: 'string', default: 'here' },
      cache: { type: 'string', default: resolve(import.meta.dirname, '../.cache') },
    },
    allowPositionals: true,
  });
  if (values.help) return console.log(usage);
  const place = places.find((name) => name === values.on);
  if (place === undefined) throw new Error(`--on ${values.on}: expected ${places.join(', ')}`);

  // Read before learning: a wrong file name should not take ten seconds to show.
  const mails = await Promise.all((positionals.length > 0 ? positionals : samples).map(readSource));

  // What was computed once is there next time, unless its code or its inputs change.
  const cache = new DiskCache(values.cache);
  console.log('Learning from the SpamAssassin public corpus\n');
  await using engine = engineFor(place);
  const learned = await learn.run({}, { cache, engine: engine ?? null, callbacks: [new ProgressCallback()] });
  console.log(`\n${reportLearned(learned)}\n`);

  console.log('New mails (above 0 means spam)');
  const judged = await classify.map(
    { source: mails.map(({ source }) => source), model: learned.model },
    { over: 'source', outputs: ['verdict'], onError: 'collect' },
  );
  for (const [i, { name }] of mails.entries()) {
    const result = judged[i];
    if (result) console.log(`  ${reportVerdict(name, result.verdict)}`);
  }
  for (const { index, error } of judged.failures) {
    console.error(`  ?     ${mails[index]!.name}: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}

/** A mail from a file, or from standard input for `-`. */
async function readSource(file: string): Promise<{ name: string; source: Uint8Array }> {
  if (file === '-') return { name: 'standard input', source: await buffer(process.stdin) };
  // npm runs scripts in the folder of their package; INIT_CWD is where the user stands.
  const path = resolve(process.env.INIT_CWD ?? '.', file);
  return { name: basename(path), source: await readFile(path) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  await main();
} catch (error) {
  console.error(`spam-filter: ${messageOf(error)}`);
  process.exitCode = 1;
}
