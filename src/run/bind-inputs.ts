import { InputError } from '../errors.ts';
import { listed, nearMiss, type Plan, Stateful } from '../graph/index.ts';

/** Values of a plan's inputs in their slots, with room for everything that the run will compute. */
export interface BoundInputs {
  readonly values: unknown[];
  readonly hasResources: boolean;
}

/**
 * Puts given and bound values where the plan wants them: given beats bound, bound beats default.
 *
 * @param mapped Names whose value comes later, item by item.
 * @throws InputError `INPUT_MISSING` naming all of them, or `INPUT_CONFLICT`.
 */
export function bindInputs(
  plan: Plan,
  given: Readonly<Record<string, unknown>>,
  options: { readonly override?: readonly string[] | undefined; readonly mapped?: readonly string[] } = {},
): BoundInputs {
  const { pipeline } = plan;
  if (given === null || typeof given !== 'object') {
    throw new InputError(
      'INPUT_MISSING',
      `pipeline '${pipeline.name}': inputs is ${given === null ? 'null' : typeof given}; expected an object by input name.`,
      {
        path: pipeline.name,
        hint: 'Write run({ name: value }).',
      },
    );
  }
  checkConflicts(plan, given, options.override ?? []);
  const values = new Array<unknown>(plan.slotCount).fill(undefined);
  const missing: string[] = [];
  let hasResources = false;
  for (const { name, slot, required } of plan.externals) {
    let value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (name in pipeline.bound && !(options.mapped?.includes(name) ?? false)) value = pipeline.bound[name];
      else if (required && !Object.hasOwn(given, name)) missing.push(name);
    }
    values[slot] = value;
    if (value instanceof Stateful) hasResources = true;
  }
  if (missing.length > 0) throw missingInputs(plan, given, missing);
  return { values, hasResources };
}

function checkConflicts(plan: Plan, given: Readonly<Record<string, unknown>>, override: readonly string[]): void {
  const { producers } = plan.pipeline.wiring;
  const conflicts = Object.keys(given).filter((name) => producers.has(name) && !override.includes(name));
  if (conflicts.length === 0) return;
  throw new InputError(
    'INPUT_CONFLICT',
    `pipeline '${plan.pipeline.name}': a value was given for ${listed(conflicts)}, which ${conflicts.length === 1 ? 'a node produces' : 'nodes produce'}.`,
    {
      path: conflicts[0],
      hint: `Leave it out, or say that it replaces the node: { override: [${conflicts.map((name) => `'${name}'`).join(', ')}] }.`,
    },
  );
}

function missingInputs(plan: Plan, given: Readonly<Record<string, unknown>>, missing: readonly string[]): InputError {
  const known = new Set(plan.pipeline.inputs.map((input) => input.name));
  const extras = Object.keys(given).filter((name) => !known.has(name));
  const guesses = missing.flatMap((name) => {
    const given = nearMiss(name, extras);
    if (given !== undefined) return [`Did you mean '${name}' where you gave '${given}'?`];
    const produced = nearMiss(name, plan.pipeline.wiring.outputs);
    return produced === undefined ? [] : [`Did you mean '${produced}', which a node produces?`];
  });
  return new InputError(
    'INPUT_MISSING',
    `pipeline '${plan.pipeline.name}': missing input${missing.length > 1 ? 's' : ''} ${listed(missing)}.`,
    {
      path: missing.join(', '),
      hint:
        guesses.length > 0
          ? guesses.join(' ')
          : `Give ${missing.length > 1 ? 'values for them' : 'a value for it'}, or bind one.`,
    },
  );
}
