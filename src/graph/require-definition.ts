import { GraphError } from '../errors.ts';
import { type Definition, definitionOf } from './definition.ts';

/** The definition behind a member of `nodes`. @throws GraphError `GRAPH_INVALID_NODE` for anything that is no unit. */
export function requireDefinition(pipeline: string, value: unknown, index: number): Definition {
  const found = definitionOf(value);
  if (found) return found;
  const what =
    typeof value === 'function'
      ? `the function '${value.name || 'anonymous'}'`
      : value === null
        ? 'null'
        : `a value of type ${typeof value}`;
  throw new GraphError(
    'GRAPH_INVALID_NODE',
    `pipeline '${pipeline}': nodes[${index}] is ${what}; expected a node or a pipeline.`,
    {
      path: `nodes[${index}]`,
      hint:
        typeof value === 'function'
          ? `Wrap it: node('name', ${value.name || 'fn'}).`
          : `Make it with node('name', fn).`,
    },
  );
}
