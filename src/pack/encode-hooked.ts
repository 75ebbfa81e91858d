import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';
import { Refusal } from './refusal.ts';
import { fromState, getState, isReduced, type Reduction, reduce } from './symbols.ts';

/** Values that say themselves what of them travels. False for those that don't. */
export function writeHooked(encoder: Encoder, value: object): boolean {
  if (isReduced(value)) {
    writeReduced(encoder, value[reduce]());
    return true;
  }
  if (!hasState(value)) return false;
  writeState(encoder, value, value[getState]());
  return true;
}

/** Whether a value says itself what of it travels. */
export function isHooked(value: object): boolean {
  return isReduced(value) || hasState(value);
}

function hasState(value: object): value is { [getState](): unknown } {
  if (typeof value === 'function' || isPrototype(value)) return false;
  return typeof (value as { [getState]?: unknown })[getState] === 'function';
}

/** A class's own prototype has the methods of its instances, but is none. */
function isPrototype(value: object): boolean {
  const made: unknown = Reflect.getOwnPropertyDescriptor(value, 'constructor')?.value;
  return typeof made === 'function' && made.prototype === value;
}

function writeReduced(encoder: Encoder, reduction: Reduction): void {
  const { module, export: name, args } = reduction;
  if (typeof module !== 'string' || typeof name !== 'string' || !Array.isArray(args)) {
    throw new Refusal('a [reduce]() that does not return { module, export, args }', 'Return the three of them.');
  }
  encoder.runsCode = true;
  encoder.modules.add(module);
  encoder.heads.byte(Kind.reduced);
  encoder.heads.string(module);
  encoder.heads.string(name);
  encoder.bodies.unsigned(args.length);
  args.forEach((argument, i) => {
    // In paths, what a thing is made of stands for the thing.
    encoder.slot(argument, args.length === 1 ? '' : `argument ${i + 1}`);
  });
}

function writeState(encoder: Encoder, value: object, state: unknown): void {
  const made: unknown = value.constructor;
  if (typeof made !== 'function') throw new Refusal('an object with [getState]() and no class');
  encoder.runsCode = true;
  encoder.heads.byte(Kind.state);
  encoder.heads.byte(typeof (made as { [fromState]?: unknown })[fromState] === 'function' ? 1 : 0);
  encoder.bodies.unsigned(encoder.refer(made, `class ${made.name}`));
  encoder.slot(state, '[getState]()');
}
