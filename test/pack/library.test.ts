import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProject } from './project.ts';

/** What closes over the pipeline, its cache and its callbacks, and what gets them as arguments. */
const near = `import { node, Pipeline, pipeline, stateful } from 'hypernodes';
import { DiskCache, FileCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { pack } from 'hypernodes/pack';
import { writeFileSync } from 'node:fs';

const [, , folder, file] = process.argv;
const offset = 10;
const model = stateful(() => ({ scale: 2 }), { key: ['model', 1] });
const process_ = node('processed', ({ x }) => x * model.get().scale);
const finalize = node({ name: 'result', inputs: ['processed'], run: ({ processed }) => processed + offset, retries: 1 });
const cache = new FileCache(folder);
const inner = new Pipeline({ nodes: [process_, finalize.rename({ outputs: { result: 'final' } })], name: 'inner', cache, callbacks: [new ProgressCallback()] });
const outer = new Pipeline({
  nodes: [inner.asNode({ inputs: { xs: 'x' }, outputs: { final: 'finals' }, mapOver: 'xs' }), node('sum', ({ finals, plus = 1 }) => finals.reduce((a, b) => a + b, plus))],
  name: 'outer',
  cache,
}).bind({ plus: 5 });
const tiers = new TieredCache([new MemoryCache({ maxBytes: 1000 }), new DiskCache(folder + '/disk')]);

const log = [];
await outer.run({ xs: [1, 2] });
const closure = async (inputs) => outer.run(inputs);
const withArguments = async (inputs, cache, callbacks) =>
  new Pipeline({ nodes: [process_, finalize], cache, callbacks }).run(inputs);
const listening = { onNodeCached: ({ path }) => log.push(path), onNodeStart: ({ path }) => log.push('ran ' + path) };
writeFileSync(file, pack({ closure, withArguments, outer, inner, process_, model, tiers, cache, callbacks: [listening], log }));
`;

const far = `import { readFileSync } from 'node:fs';
import { node, Pipeline, Stateful } from 'hypernodes';
import { FileCache, TieredCache } from 'hypernodes/cache';
import { UNPACK } from 'hypernodes/pack';

const { closure, withArguments, outer, inner, process_, model, tiers, cache, callbacks, log } = await UNPACK(readFileSync(process.argv[2]));
const results = {
  closure: await closure({ xs: [1, 2] }),
  withArguments: await withArguments({ x: 5 }, cache, callbacks),
  logged: log,
  cached: (await outer.plan({ xs: [1, 2] })).nodes.filter(({ path }) => path.includes('inner')).map(({ state }) => state),
  classes: [outer instanceof Pipeline, inner instanceof Pipeline, model instanceof Stateful, cache instanceof FileCache, tiers instanceof TieredCache],
  node: [process_({ x: 4 }), process_.name, process_.inputs, process_.outputs],
  composed: await new Pipeline({ nodes: [inner, node('twice', ({ final }) => final * 2)] }).run({ x: 1 }, { outputs: ['twice'] }),
  bound: outer.bound,
};
console.log(JSON.stringify(results));
`;

describe.each([
  ['unpack', []],
  ['unpackAsync', []],
  ['unpackAsync', ['--import', import.meta.resolve('tsx')]],
] as const)('the objects of the library travel as configuration: %s %j', (unpackName, args) => {
  const [home, elsewhere] = [makeProject(), makeProject()];
  const folder = join(home, 'cache');
  mkdirSync(folder);
  afterAll(() => {
    for (const one of [home, elsewhere]) rmSync(one, { recursive: true });
  });

  it('and work there as here', () => {
    const payload = join(elsewhere, 'payload');
    writeFileSync(join(home, 'near.mjs'), near);
    writeFileSync(join(elsewhere, 'far.mjs'), far.replaceAll('UNPACK', unpackName));
    const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
    execFileSync(process.execPath, [...args, join(home, 'near.mjs'), folder, payload], { ...options, cwd: home });
    const output = execFileSync(process.execPath, [...args, join(elsewhere, 'far.mjs'), payload], {
      ...options,
      cwd: elsewhere,
    });
    expect(JSON.parse(output)).toEqual({
      closure: { finals: [12, 14], sum: 31 },
      withArguments: { processed: 10, result: 20 },
      logged: ['ran pipeline > processed', 'ran pipeline > result'],
      // What was computed at home is found by what code and inputs are.
      cached: ['hit', 'hit', 'hit', 'hit'],
      classes: [true, true, true, true, true],
      node: [8, 'processed', [{ name: 'x', required: true }], ['processed']],
      composed: { twice: 24 },
      bound: { plus: 5 },
    });
  });
});
