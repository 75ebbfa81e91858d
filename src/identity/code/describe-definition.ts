import type { Definition } from '../../graph/index.ts';
import { digest } from '../digest.ts';

/**
 * The text of a node or pipeline that code reaches: how it is wired, and its functions by what `part` makes of them.
 *
 * @param part Describes a value of the definition; the second argument is what to call it.
 */
export function describeDefinition(definition: Definition, part: (value: unknown, name: string) => string): string {
  const { kind, name, inputs, outputs } = definition;
  const wiring = digest([
    inputs.map((input) => [input.name, input.inner, input.required, input.defaultText]),
    outputs.map((output) => [output.name, output.inner]),
  ]);
  if (kind === 'node') {
    const { keyed, run, batch, schemas, output, options } = definition;
    const code =
      options.version === undefined
        ? [run, batch].map((fn) => (fn ? part(fn, name) : ''))
        : [`version ${options.version}`];
    const validation = [...Object.values(schemas ?? {}), output].filter((one) => one !== undefined);
    const more = [...(options.deps ?? []), ...validation].map((value) => part(value, name));
    return `node ${wiring} ${keyed} ${code.join()} ${more.join()}`;
  }
  const { pipeline, mapOver, mapMode, onError } = definition;
  const nodes = pipeline.nodes.map((unit) => part(unit, name));
  const bound = Object.entries(pipeline.bound)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${part(value, `${name}.${key}`)}`);
  return `pipeline ${wiring} ${nodes.join()} ${bound.join()} ${digest([mapOver, mapMode, onError, pipeline.selected])}`;
}
