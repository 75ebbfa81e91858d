import { GraphError, InputError } from '../../errors.ts';
import { type Definition, labelOf, listed, type Plan, type Step } from '../../graph/index.ts';

/** A {@link Recompute} as it travels. */
export interface RecomputeRequest {
  readonly names: readonly string[];
  /** Whether everything runs, because something before it was named. */
  readonly all: boolean;
}

/** Which steps of an execution run although the cache knows their result. */
export class Recompute {
  readonly #names: ReadonlySet<string>;
  readonly #all: boolean;
  readonly #forced = new WeakMap<Plan, ReadonlySet<Step>>();

  private constructor(names: ReadonlySet<string>, all: boolean) {
    this.#names = names;
    this.#all = all;
  }

  /**
   * @throws GraphError `GRAPH_UNKNOWN_NAME` when a name is no node of the plan or of what is nested in it; InputError
   * `INPUT_INVALID` for what is no list.
   */
  static of(plan: Plan, names: readonly string[] | undefined): Recompute | undefined {
    if (names === undefined) return undefined;
    if (!Array.isArray(names)) {
      const found = typeof names === 'string' ? `the text '${names as string}'` : String(names);
      throw new InputError('INPUT_INVALID', `recompute is ${found}; expected a list of node names.`, {
        path: 'recompute',
        hint: "Write recompute: ['node'].",
      });
    }
    if (names.length === 0) return undefined;
    const known = new Set(namesIn(plan.steps.map((step) => step.definition)));
    for (const name of names) {
      if (known.has(name)) continue;
      throw new GraphError('GRAPH_UNKNOWN_NAME', `recompute names '${name}', which is no node of this run.`, {
        path: 'recompute',
        hint: `There is: ${listed([...known])}.`,
      });
    }
    return new Recompute(new Set(names), false);
  }

  static from({ names, all }: RecomputeRequest): Recompute {
    return new Recompute(new Set(names), all);
  }

  get request(): RecomputeRequest {
    return { names: [...this.#names], all: this.#all };
  }

  /** Whether this step of the plan is forced: it was named, or something that it follows from was. */
  has(plan: Plan, step: Step): boolean {
    if (this.#all) return true;
    return this.#forcedIn(plan).has(step);
  }

  /** What this means for a pipeline nested at `step`. */
  within(plan: Plan, step: Step): Recompute {
    return this.has(plan, step) && !this.#all ? new Recompute(this.#names, true) : this;
  }

  #forcedIn(plan: Plan): ReadonlySet<Step> {
    let forced = this.#forced.get(plan);
    if (forced === undefined) {
      forced = this.#find(plan);
      this.#forced.set(plan, forced);
    }
    return forced;
  }

  #find(plan: Plan): ReadonlySet<Step> {
    const isNamed = (name: string): boolean => this.#names.has(name);
    const forced = new Set(plan.steps.filter(({ definition }) => namesOf(definition).some(isNamed)));
    const reached = new Set(forced);
    // What follows from a node inside a nested pipeline follows from the pipeline as a whole.
    for (const step of plan.steps) {
      if (step.definition.kind !== 'pipeline') continue;
      if ([...namesIn(step.definition.pipeline.wiring.definitions)].some(isNamed)) reached.add(step);
    }
    for (const step of reached) {
      for (let edge = plan.consumerStart[step.index]!; edge < plan.consumerStart[step.index + 1]!; edge++) {
        const consumer = plan.steps[plan.consumers[edge]!]!;
        forced.add(consumer);
        reached.add(consumer);
      }
    }
    return forced;
  }
}

const namesOf = (definition: Definition): string[] => [
  labelOf(definition),
  definition.name,
  ...definition.outputs.map((output) => output.name),
];

function* namesIn(definitions: readonly Definition[]): Iterable<string> {
  for (const definition of definitions) {
    yield* namesOf(definition);
    if (definition.kind === 'pipeline') yield* namesIn(definition.pipeline.wiring.definitions);
  }
}
