import type { Cache, EntryHeader } from '../../cache/index.ts';
import type { NestedDefinition, NodeDefinition, Plan, Step } from '../../graph/index.ts';
import { combineDigests, DigestError, signature } from '../../identity/index.ts';
import { itemsOf } from '../map-items.ts';
import { messageOf } from '../message-of.ts';
import type { Scope } from '../scope.ts';
import { validated } from '../validate.ts';
import { headOf } from './ask-cache.ts';
import { hasOutputs, outputKeys, storedOutputs } from './cached-outputs.ts';
import { type ChangedPart, changedParts } from './changed-parts.ts';
import { codeOf, digestValue } from './code-of.ts';
import { lastExecution, outlinesOf } from './history.ts';
import type { Recompute } from './recompute.ts';

/** What would happen to one node, or to one node of one item. */
export interface ForecastNode {
  /** `all > per_doc[3] > wordCount`. */
  readonly path: string;
  /** `unknown`: an input comes from a node that would run. */
  readonly state: 'hit' | 'miss' | 'uncached' | 'unknown';
  readonly because?: string | undefined;
  readonly signature?: string | undefined;
  /** How long it took last time, in milliseconds. */
  readonly expectedMs?: number | undefined;
  readonly changed?: readonly ChangedPart[] | undefined;
}

/** What is known of a slot before anything runs. */
type Knowledge =
  | { readonly digest: string | undefined; readonly value: () => Promise<unknown> }
  | { readonly unknown: string };

/** A plan under way, or one nested in it. */
export interface Outlook {
  readonly scope: Scope;
  readonly plan: Plan;
  readonly path: string;
  readonly staticPath: string;
  readonly recompute: Recompute | undefined;
}

/** Looks ahead: which nodes of a run would hit, which would run, and why. Executes nothing. */
export class Forecast {
  readonly nodes: ForecastNode[] = [];

  /**
   * Goes through a plan whose externals are known, and tells what is known of its slots afterwards.
   *
   * @throws InputError `INPUT_INVALID` where a schema refuses an input, as a run would.
   */
  async walk(outlook: Outlook, slots: Knowledge[]): Promise<Knowledge[]> {
    const { plan, path, staticPath } = outlook;
    for (const validation of plan.validations) {
      const from = slots[validation.from]!;
      slots[validation.slot] = 'unknown' in from ? from : given(await validated(validation, await from.value(), path));
    }
    for (const step of plan.steps) {
      const { definition } = step;
      const here = { ...outlook, path: `${path} > ${step.label}`, staticPath: `${staticPath} > ${step.label}` };
      const results =
        definition.kind === 'node'
          ? await this.#node(here, step, definition, slots)
          : await this.#nested(here, step, definition, slots);
      results.forEach((result, offset) => {
        slots[step.outputSlot + offset] = result;
      });
    }
    return slots;
  }

  async #node(
    { scope, plan, path, staticPath, recompute }: Outlook,
    step: Step,
    definition: NodeDefinition,
    slots: readonly Knowledge[],
  ): Promise<Knowledge[]> {
    const unknown = definition.outputs.map(() => ({ unknown: path }));
    const tell = (node: Omit<ForecastNode, 'path'>): Knowledge[] => {
      this.nodes.push({ path, ...node });
      return unknown;
    };
    const { cache } = scope;
    if (cache === undefined) return tell({ state: 'uncached', because: 'no cache is set' });
    if (definition.options.cache === false) return tell({ state: 'uncached', because: 'cache: false' });
    const code = codeOf(definition);
    const [culprit] = code.unidentified;
    if (culprit !== undefined) {
      return tell({ state: 'uncached', because: `it uses '${culprit.name}', ${culprit.reason}` });
    }
    const last = await lastExecution(cache, staticPath);
    const inputs: Record<string, string> = {};
    const values: Record<string, unknown> = {};
    const open: string[] = [];
    for (const [index, slot] of step.inputSlots.entries()) {
      const { inner } = definition.inputs[index]!;
      const known = slots[slot]!;
      if ('unknown' in known) open.push(known.unknown);
      else {
        const identified = await digestOf(known);
        if (identified === undefined) {
          return tell({ state: 'uncached', because: `its input '${inner}' cannot be identified` });
        }
        inputs[inner] = identified;
        // Only where something is to be told of it is it worth reading.
        if (last !== undefined && last.parts.inputs[inner] !== identified) values[inner] = await known.value();
      }
    }
    const parts = {
      inputs,
      code: code.parts,
      version: definition.options.version,
      outlines: outlinesOf(values),
    };
    if (open.length > 0 && recompute?.has(plan, step) === true) {
      return tell({ state: 'miss', because: 'recompute names what it depends on', expectedMs: last?.durationMs });
    }
    if (open.length > 0) {
      return tell({
        state: 'unknown',
        because: `depends on ${[...new Set(open)].join(', ')}`,
        expectedMs: last?.durationMs,
        changed: last && changedParts(last.parts, parts, definition),
      });
    }
    const key = signature(await keyCodeOf(scope, cache, code.digest), inputs);
    if (recompute?.has(plan, step) === true) {
      return tell({ state: 'miss', because: 'recompute names it', signature: key, expectedMs: last?.durationMs });
    }
    let header: EntryHeader | undefined;
    try {
      header = await headOf(cache, key);
    } catch (error) {
      const because = `the cache cannot be read: ${messageOf(error)}`;
      return tell({ state: 'miss', because, signature: key, expectedMs: last?.durationMs });
    }
    if (!hasOutputs(header, definition)) {
      const changed = last && changedParts(last.parts, parts, definition);
      const because = last === undefined ? 'it never ran with this cache' : reasonOf(changed ?? []);
      return tell({ state: 'miss', because, signature: key, expectedMs: last?.durationMs, changed });
    }
    this.nodes.push({ path, state: 'hit', signature: key, expectedMs: 0 });
    const { digests } = header;
    return outputKeys(definition).map((name) => hitOf(cache, key, digests[name]!, name, definition));
  }

  async #nested(
    outer: Outlook,
    step: Step,
    definition: NestedDefinition,
    slots: readonly Knowledge[],
  ): Promise<Knowledge[]> {
    const { path } = outer;
    const plan = definition.pipeline.compile(definition.outputs.map((output) => output.inner));
    const outerOf = (name: string): Knowledge => {
      const index = definition.inputs.findIndex((input) => input.inner === name);
      const known = index < 0 ? undefined : slots[step.inputSlots[index]!];
      return known ?? given(definition.pipeline.bound[name]);
    };
    const scope = outer.scope.nested(definition);
    const outlook = { ...outer, scope, plan, recompute: outer.recompute?.within(outer.plan, step) };
    const entry: Knowledge[] = [];
    for (const { name, slot } of plan.externals) entry[slot] = await orBound(outerOf(name), definition, name);
    if (definition.mapOver.length === 0) {
      const inner = await this.walk(outlook, entry);
      return plan.outputSlots.map((slot) => inner[slot]!);
    }
    const lists: { name: string; slot: number; list: unknown }[] = [];
    for (const name of definition.mapOver) {
      const input = definition.inputs.find((candidate) => candidate.name === name)!;
      const known = outerOf(input.inner);
      if ('unknown' in known) {
        this.nodes.push({ path, state: 'unknown', because: `depends on ${known.unknown}` });
        return definition.outputs.map(() => ({ unknown: path }));
      }
      const slot = plan.externals.find((external) => external.name === input.inner)?.slot ?? -1;
      lists.push({ name, slot, list: await known.value() });
    }
    const items = itemsOf(lists, definition.mapMode, [], path);
    const columns = plan.outputSlots.map((): Knowledge[] => []);
    for (let index = 0; index < items.count; index++) {
      const values = items.values(index);
      const itemSlots = entry.slice();
      for (const { slot } of lists) if (slot >= 0) itemSlots[slot] = given(values[slot]);
      const inner = await this.walk({ ...outlook, path: `${path}[${index}]` }, itemSlots);
      plan.outputSlots.forEach((slot, column) => {
        columns[column]!.push(inner[slot]!);
      });
    }
    return columns.map((column) => listOf(column, path));
  }
}

/** What is known of a value that is there. */
export const given = (value: unknown): Knowledge => ({ digest: undefined, value: async () => value });

async function orBound(known: Knowledge, { pipeline }: NestedDefinition, name: string): Promise<Knowledge> {
  if ('unknown' in known || !(name in pipeline.bound)) return known;
  return (await known.value()) === undefined ? given(pipeline.bound[name]) : known;
}

async function digestOf(known: Exclude<Knowledge, { unknown: string }>): Promise<string | undefined> {
  if (known.digest !== undefined) return known.digest;
  try {
    return digestValue(await known.value());
  } catch (error) {
    if (error instanceof DigestError) return undefined;
    throw error;
  }
}

/** The code that keys are made of; where the cache fails, the one of now. */
async function keyCodeOf({ root }: Scope, cache: Cache, code: string): Promise<string> {
  try {
    return await root.keyCodeOf(cache, code);
  } catch {
    return code;
  }
}

function hitOf(cache: Cache, key: string, digest: string, name: string, definition: NodeDefinition): Knowledge {
  return {
    digest,
    async value() {
      return storedOutputs((await cache.get(key))?.value, definition)?.[name];
    },
  };
}

/** A list whose items are known, as one value; its digest is made of theirs, as in a run. */
function listOf(items: readonly Knowledge[], path: string): Knowledge {
  const known = items.filter((item) => 'value' in item);
  if (known.length < items.length) return { unknown: path };
  const digests = known.map((item) => item.digest);
  return {
    digest: digests.every((item) => item !== undefined) ? combineDigests('list', digests) : undefined,
    value: () => Promise.all(known.map((item) => item.value())),
  };
}

const reasonOf = (changed: readonly ChangedPart[]): string =>
  changed.length === 0
    ? 'its entry is no longer in the cache'
    : changed.map(({ part, name }) => `${part} '${name}' changed`).join(', ');
