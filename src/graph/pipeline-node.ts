import { definition, type NestedDefinition } from './definition.ts';
import { describeInputs } from './node.ts';
import { type Reduction, reduce } from './travel.ts';
import type { InputDescription } from './types/unit.ts';

/** A pipeline placed as a node, with names changed or mapped. */
export class PipelineNode {
  readonly kind = 'pipeline';
  readonly name: string;
  readonly [definition]: NestedDefinition;

  constructor(nested: NestedDefinition) {
    this.name = nested.name;
    this[definition] = nested;
  }

  [reduce](): Reduction {
    return { module: 'hypernodes', export: 'pipeline.nested', args: [this[definition]] };
  }

  get inputs(): readonly InputDescription[] {
    return describeInputs(this[definition].inputs);
  }

  get outputs(): readonly string[] {
    return this[definition].outputs.map((output) => output.name);
  }
}
