import { parseArgs } from 'node:util';
import type { Cache, EntryInfo } from '../cache/index.ts';
import { faultOf } from '../codec/index.ts';
import { headOf, savedMs } from '../run/index.ts';
import { type Command, UsageError } from './command.ts';
import { findPipeline } from './find-pipeline.ts';
import { formatBytes, formatDuration } from './format.ts';
import { openCache } from './open-cache.ts';

const usage = `Usage: hypernodes cache <action> [--path <folder>] [options]

  ls                    one line an entry, last used first (--node <text> shows only nodes whose path has it)
  stats                 number and size of entries, by node
  verify                reads every entry and removes what is damaged; exits with 1 when something was
  prune                 removes what was used least recently: --max-bytes <n>, or --unused-for <days>
  clear                 removes every entry (--node <text>: only of nodes whose path has it)
  accept <file.ts>[::<pipeline>] <node> --reason <text>
                        keeps the results of the node's code before an edit that does not change them

--path is the folder of a DiskCache or FileCache; default .cache/hypernodes.`;

type Values = {
  readonly node?: string;
  readonly 'max-bytes'?: string;
  readonly 'unused-for'?: string;
  readonly reason?: string;
};
type Action = (cache: Cache, values: Values) => Promise<number>;

async function* sorted(cache: Cache): AsyncIterable<EntryInfo> {
  const all: EntryInfo[] = [];
  for await (const info of cache.entries()) all.push(info);
  yield* all.sort((a, b) => b.usedAt - a.usedAt);
}

async function* entriesOf(
  cache: Cache,
  node: string | undefined,
): AsyncIterable<EntryInfo & { readonly node: string; readonly savedMs: number }> {
  for await (const info of sorted(cache)) {
    const header = await headOf(cache, info.key);
    if (header === undefined || (node !== undefined && !header.node.includes(node))) continue;
    yield { ...info, node: header.node, savedMs: savedMs(header) };
  }
}

const actions: Readonly<Record<string, Action>> = {
  async ls(cache, { node }) {
    for await (const { key, size, usedAt, node: path, savedMs } of entriesOf(cache, node)) {
      const used = new Date(usedAt).toISOString().slice(0, 16).replace('T', ' ');
      console.log(
        `${key.slice(0, 12)}  ${formatBytes(size).padStart(9)}  ${used}  ${formatDuration(savedMs).padStart(9)}  ${path}`,
      );
    }
    return 0;
  },

  async stats(cache) {
    const byNode = new Map<string, { entries: number; bytes: number; ms: number }>();
    const total = { entries: 0, bytes: 0, ms: 0 };
    for await (const { node, size, savedMs } of entriesOf(cache, undefined)) {
      const own = byNode.get(node) ?? { entries: 0, bytes: 0, ms: 0 };
      for (const sum of [own, total]) {
        sum.entries++;
        sum.bytes += size;
        sum.ms += savedMs;
      }
      byNode.set(node, own);
    }
    const line = (name: string, { entries, bytes, ms }: typeof total): string =>
      `${String(entries).padStart(9)}  ${formatBytes(bytes).padStart(9)}  ${formatDuration(ms).padStart(12)}  ${name}`;
    console.log(`  entries       size  time to make  node`);
    for (const [node, sum] of [...byNode].sort(([, a], [, b]) => b.bytes - a.bytes)) console.log(line(node, sum));
    console.log(line('all', total));
    return 0;
  },

  async verify(cache) {
    const count = { good: 0, damaged: 0, foreign: 0 };
    for await (const { key } of sorted(cache)) {
      const entry = await cache.get(key);
      // Reading a damaged entry removes it; what a newer version wrote stays where it is.
      const unreadable = async () => ((await cache.has(key)) ? 'of another version' : 'damaged');
      const fault = entry === undefined ? await unreadable() : faultOf(entry.value);
      if (fault === undefined) count.good++;
      else if (fault === 'of another version') count.foreign++;
      else {
        count.damaged++;
        await cache.delete(key);
        console.log(`damaged, removed: ${key}`);
      }
    }
    const foreign = count.foreign === 0 ? '' : `, ${count.foreign} of another version of hypernodes, left alone`;
    console.log(`${count.good} good, ${count.damaged} damaged${foreign}`);
    return count.damaged === 0 ? 0 : 1;
  },

  async prune(cache, values) {
    const maxBytes = values['max-bytes'];
    const days = values['unused-for'];
    if (maxBytes === undefined && days === undefined) throw new UsageError('prune needs --max-bytes or --unused-for.');
    let freed = 0;
    if (days !== undefined) {
      const limit = Date.now() - positive('unused-for', days) * 86_400_000;
      for await (const { key, size, usedAt } of sorted(cache)) {
        if (usedAt < limit && (await cache.delete(key))) freed += size;
      }
    }
    if (maxBytes !== undefined) freed += await cache.evict(positive('max-bytes', maxBytes));
    console.log(`${formatBytes(freed)} freed`);
    return 0;
  },

  async clear(cache, { node }) {
    let removed = 0;
    const entries = node === undefined ? sorted(cache) : entriesOf(cache, node);
    for await (const { key } of entries) if (await cache.delete(key)) removed++;
    await cache.evict(node === undefined ? 0 : Number.POSITIVE_INFINITY);
    console.log(`${removed} entries removed`);
    return 0;
  },
};

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`--${option} is '${text}'; expected a number from 0.`);
}

async function accept([reference, node]: readonly string[], reason: string | undefined): Promise<number> {
  if (reference === undefined || node === undefined) throw new UsageError('accept needs a file and a node.');
  if (reason === undefined || reason === '') throw new UsageError('accept needs --reason <text>.');
  const pipeline = await findPipeline(reference);
  const accepted = await pipeline.accept(node, { reason });
  for (const { path, before, after } of accepted) {
    console.log(`${path}: results of code ${before.slice(0, 8)} stand for code ${after.slice(0, 8)}`);
  }
  if (accepted.length === 0)
    console.log(`${node}: its code is what it was when it last ran; there is nothing to accept`);
  await pipeline.options.cache?.close();
  return 0;
}

/** `hypernodes cache`: what is in a cache, and keeping it in order. */
export const cacheCommand: Command = {
  usage,
  async run(parameters) {
    const { values, positionals } = parse(parameters);
    const [name = '', ...rest] = positionals;
    if (name === 'accept') return accept(rest, values.reason);
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined) throw new UsageError(name === '' ? 'say what to do.' : `there is no action '${name}'.`);
    const cache = openCache(values.path ?? '.cache/hypernodes');
    try {
      return await action(cache, values);
    } finally {
      await cache.close();
    }
  },
};

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        path: { type: 'string' },
        node: { type: 'string' },
        'max-bytes': { type: 'string' },
        'unused-for': { type: 'string' },
        reason: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
