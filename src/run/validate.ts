import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InputError, SyncError } from '../errors.ts';
import type { Step, Validation } from '../graph/index.ts';
import { CachedValue, loadSlots } from './caching/cached-value.ts';
import { issuesOf } from './check-result.ts';
import type { Execution } from './execution.ts';
import { andThen, isThenable, type MaybePromise } from './maybe-promise.ts';

type Verdict = StandardSchemaV1.Result<unknown>;

function accept(verdict: Verdict, input: string, node: string, path: string): unknown {
  if (verdict.issues === undefined) return verdict.value;
  throw new InputError(
    'INPUT_INVALID',
    `${path}: input '${input}' of node '${node}' was refused: ${issuesOf(verdict.issues)}.`,
    {
      path: input,
      hint: 'Give a value that the schema accepts.',
      cause: verdict.issues,
    },
  );
}

/**
 * Checks the inputs of a run that nodes have schemas for, before any node runs.
 *
 * @throws InputError `INPUT_INVALID`; SyncError when a schema answers with a promise in `runSync`.
 */
export function validateInputs(execution: Execution): MaybePromise<void> {
  const { plan, values, digests } = execution;
  if (digests === undefined) return validateAll(execution);
  const slots = plan.validations.map(({ from }) => from);
  for (const slot of slots) {
    const value = values[slot];
    // What is recorded for it stays what it is known by.
    if (value instanceof CachedValue) digests.set(slot, value.digest);
  }
  return andThen(loadSlots(slots, values), () => validateAll(execution));
}

function validateAll(execution: Execution): MaybePromise<void> {
  const { plan, values, path, scope } = execution;
  const pending: Promise<void>[] = [];
  for (const { schema, name, node, from, slot } of plan.validations) {
    const verdict = schema['~standard'].validate(values[from]);
    if (!isThenable(verdict)) {
      values[slot] = accept(verdict, name, node, path);
      continue;
    }
    if (scope.root.sync) throw asyncSchema(name, node, path);
    pending.push(
      (verdict as Promise<Verdict>).then((settled) => {
        values[slot] = accept(settled, name, node, path);
      }),
    );
  }
  return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
}

/** What a schema makes of a value for an input of a node. @throws InputError `INPUT_INVALID` */
export async function validated({ schema, name, node }: Validation, value: unknown, path: string): Promise<unknown> {
  return accept(await schema['~standard'].validate(value), name, node, path);
}

const asyncSchema = (input: string, node: string, path: string): SyncError =>
  new SyncError(
    'SYNC_PROMISE',
    `${path}: the schema of input '${input}' of node '${node}' answered with a promise in runSync.`,
    {
      path,
      hint: 'Use run() instead, or a synchronous schema.',
    },
  );

/** Checks the inputs of one node that other nodes produced. */
export function validateEdges(
  { schemas, definition }: Step,
  inputs: Record<string, unknown>,
  path: string,
): MaybePromise<Record<string, unknown>> {
  const checked = { ...inputs };
  const pending: Promise<void>[] = [];
  definition.inputs.forEach(({ inner }, index) => {
    const schema = schemas?.[index];
    if (schema === undefined) return;
    const verdict = schema['~standard'].validate(inputs[inner]);
    const take = (settled: Verdict): void => {
      checked[inner] = accept(settled, inner, definition.name, path);
    };
    if (isThenable(verdict)) pending.push((verdict as Promise<Verdict>).then(take));
    else take(verdict);
  });
  return pending.length === 0 ? checked : Promise.all(pending).then(() => checked);
}
