import { GraphError } from '../errors.ts';
import type { Definition, InputBinding } from './definition.ts';
import { requireDefinition } from './require-definition.ts';
import type { AnyUnit } from './types/unit.ts';

/** Units connected by the names of what they produce and need. */
export interface Wiring {
  readonly units: readonly AnyUnit[];
  readonly definitions: readonly Definition[];
  /** Output name → index of the unit that produces it. */
  readonly producers: ReadonlyMap<string, number>;
  /** Every output, in the order of the units. */
  readonly outputs: readonly string[];
  /** What no unit produces: one binding per consumer. */
  readonly externals: readonly InputBinding[];
  /** Indices of the units, each after those that it depends on, otherwise as listed. */
  readonly order: readonly number[];
}

/**
 * Connects units by name.
 *
 * @throws GraphError `GRAPH_INVALID_NODE`, `GRAPH_DUPLICATE_OUTPUT`, `GRAPH_CYCLE`, `GRAPH_INCONSISTENT_DEFAULT`.
 */
export function wire(pipeline: string, units: readonly AnyUnit[]): Wiring {
  if (!Array.isArray(units)) {
    throw new GraphError('GRAPH_INVALID_NODE', `pipeline '${pipeline}': nodes is ${typeof units}; expected a list.`, {
      path: pipeline,
      hint: 'Write new Pipeline({ nodes: [first, second] }) or pipeline(first, second).',
    });
  }
  const definitions = units.map((unit, index) => requireDefinition(pipeline, unit, index));
  const producers = findProducers(pipeline, definitions);
  const externals = definitions.flatMap(({ inputs }) => inputs.filter((input) => !producers.has(input.name)));
  checkDefaults(pipeline, definitions, producers);
  return Object.freeze({
    units: Object.freeze([...units]),
    definitions,
    producers,
    outputs: [...producers.keys()],
    externals,
    order: sort(pipeline, definitions, producers),
  });
}

function findProducers(pipeline: string, definitions: readonly Definition[]): Map<string, number> {
  const producers = new Map<string, number>();
  definitions.forEach(({ outputs, name }, index) => {
    for (const output of outputs) {
      const other = producers.get(output.name);
      if (other !== undefined) {
        throw new GraphError(
          'GRAPH_DUPLICATE_OUTPUT',
          `pipeline '${pipeline}': '${output.name}' is produced twice, by nodes[${other}] '${definitions[other]!.name}' and nodes[${index}] '${name}'.`,
          {
            path: output.name,
            hint: `Rename one: .rename({ outputs: { ${output.name}: '…' } }), or asNode({ outputs: … }) for a pipeline.`,
          },
        );
      }
      producers.set(output.name, index);
    }
  });
  return producers;
}

function checkDefaults(
  pipeline: string,
  definitions: readonly Definition[],
  producers: ReadonlyMap<string, number>,
): void {
  const seen = new Map<string, { text: string; node: string }>();
  for (const { name: node, inputs } of definitions) {
    for (const { name, defaultText } of inputs) {
      if (defaultText === undefined || producers.has(name)) continue;
      const first = seen.get(name);
      if (first === undefined) seen.set(name, { text: defaultText, node });
      else if (first.text !== defaultText) {
        throw new GraphError(
          'GRAPH_INCONSISTENT_DEFAULT',
          `pipeline '${pipeline}': the shared input '${name}' is ${first.text} by default in '${first.node}' and ${defaultText} in '${node}'.`,
          { path: name, hint: 'Use one default, drop both, or rename one of the inputs.' },
        );
      }
    }
  }
}

/** Depth-first topological sort with an own stack: a chain of 100,000 nodes must not overflow the real one. */
function sort(pipeline: string, definitions: readonly Definition[], producers: ReadonlyMap<string, number>): number[] {
  const order: number[] = [];
  const state = new Uint8Array(definitions.length);
  const OPEN = 1;
  const DONE = 2;
  for (let root = 0; root < definitions.length; root++) {
    if (state[root] === DONE) continue;
    const stack = [root];
    const cursor = [0];
    state[root] = OPEN;
    while (stack.length > 0) {
      const top = stack.length - 1;
      const current = stack[top]!;
      const { inputs } = definitions[current]!;
      const at = cursor[top]!;
      if (at === inputs.length) {
        state[current] = DONE;
        order.push(current);
        stack.pop();
        cursor.pop();
        continue;
      }
      cursor[top] = at + 1;
      const producer = producers.get(inputs[at]!.name);
      if (producer === undefined || state[producer] === DONE) continue;
      if (state[producer] === OPEN) throw cycle(pipeline, definitions, stack.slice(stack.indexOf(producer)));
      state[producer] = OPEN;
      stack.push(producer);
      cursor.push(0);
    }
  }
  return order;
}

function cycle(pipeline: string, definitions: readonly Definition[], consumersFirst: readonly number[]): GraphError {
  const names = consumersFirst.map((index) => definitions[index]!.name).reverse();
  if (names.length === 1) {
    const own = definitions[consumersFirst[0]!]!;
    const shared = own.inputs.find((input) => own.outputs.some((output) => output.name === input.name));
    return new GraphError(
      'GRAPH_CYCLE',
      `pipeline '${pipeline}': node '${names[0]}' needs its own output '${shared?.name}'.`,
      {
        path: names[0],
        hint: 'Give the input another name.',
      },
    );
  }
  const path = [names.at(-1), ...names].join(' → ');
  return new GraphError('GRAPH_CYCLE', `pipeline '${pipeline}': these nodes need each other: ${path}.`, {
    path,
    hint: 'Rename the input that closes the circle.',
  });
}
