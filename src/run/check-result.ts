import type { StandardSchemaV1 } from '@standard-schema/spec';
import { OutputError } from '../errors.ts';
import { listed, type NodeDefinition } from '../graph/index.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';

/**
 * What a node returned, checked against what it promised: the value itself, or the list of values of a node with
 * several outputs.
 *
 * @throws OutputError `OUTPUT_MISSING`, `OUTPUT_UNEXPECTED`, `OUTPUT_INVALID`.
 */
export function checkResult(definition: NodeDefinition, result: unknown, path: string): MaybePromise<unknown> {
  if (definition.output === undefined) return definition.keyed ? split(definition, result, path) : result;
  const validated = validateResult(definition.output, definition, result, path);
  return definition.keyed ? andThen(validated, (value) => split(definition, value, path)) : validated;
}

function validateResult(
  schema: StandardSchemaV1,
  definition: NodeDefinition,
  result: unknown,
  path: string,
): MaybePromise<unknown> {
  const verdict = schema['~standard'].validate(result);
  return andThen(verdict as MaybePromise<Awaited<typeof verdict>>, (settled) => {
    if (settled.issues === undefined) return settled.value;
    throw new OutputError(
      'OUTPUT_INVALID',
      `${path}: the result of '${definition.name}' was refused: ${issuesOf(settled.issues)}.`,
      {
        path,
        hint: 'Return what the output schema describes, or change the schema.',
        cause: settled.issues,
      },
    );
  });
}

function split({ name, outputs }: NodeDefinition, result: unknown, path: string): unknown[] {
  const names = outputs.map((output) => output.inner);
  if (result === null || typeof result !== 'object') {
    throw new OutputError(
      'OUTPUT_MISSING',
      `${path}: node '${name}' returned ${result === null ? 'null' : typeof result}; expected an object with ${listed(names)}.`,
      {
        path,
        hint: `Return { ${names.join(', ')} }.`,
      },
    );
  }
  const missing = names.filter((output) => !(output in result));
  if (missing.length > 0) {
    throw new OutputError(
      'OUTPUT_MISSING',
      `${path}: node '${name}' did not return ${listed(missing)}; it returned ${listed(Object.keys(result))}.`,
      {
        path,
        hint: `Return { ${names.join(', ')} }.`,
      },
    );
  }
  const unexpected = Object.keys(result).filter((key) => !names.includes(key));
  if (unexpected.length > 0) {
    throw new OutputError(
      'OUTPUT_UNEXPECTED',
      `${path}: node '${name}' returned ${listed(unexpected)}, which it does not name as output.`,
      {
        path,
        hint: `Name it, node([${[...names, ...unexpected].map((key) => `'${key}'`).join(', ')}], fn), or leave it out of the result.`,
      },
    );
  }
  return names.map((output) => (result as Record<string, unknown>)[output]);
}

/** `too short at 'items.0'; expected string`. */
export function issuesOf(issues: readonly StandardSchemaV1.Issue[]): string {
  return issues
    .map(({ message, path }) => {
      const where = path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return where ? `${message} at '${where}'` : message;
    })
    .join('; ');
}
