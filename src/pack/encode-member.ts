import { parseFunction } from '../inspect/index.ts';
import type { Encoder } from './encoder.ts';
import { Kind, MemberPart } from './format.ts';
import { findReference } from './references/find-reference.ts';
import { WrittenMembers } from './written-members.ts';

/**
 * Writes a function as what it is in its class, if it is known to be part of one that travels by value: so it stays the
 * same function, and may say `super` and `#name`.
 */
export function writeMember(encoder: Encoder, fn: Function): boolean {
  const home = encoder.homes.of(fn);
  const made = home && classOf(home);
  const parsed = made && parseFunction(made);
  if (!home || !made || !parsed?.ok || parsed.form !== 'class' || findReference(made)) return false;
  const isStatic = home === made;
  const key = Reflect.ownKeys(home).find((one) => partOf(home, one, fn) !== undefined);
  if (key === undefined || !new WrittenMembers(parsed).has(home, key, isStatic)) return false;
  encoder.runsCode = true;
  encoder.heads.byte(Kind.member);
  encoder.heads.byte(MemberPart[partOf(home, key, fn)!]);
  encoder.bodies.unsigned(encoder.refer(home, `class ${made.name}`));
  encoder.slot(key, '');
  return true;
}

/** The class that an object is, or is the prototype of. */
function classOf(home: object): Function | undefined {
  const made: unknown =
    typeof home === 'function' ? home : Reflect.getOwnPropertyDescriptor(home, 'constructor')?.value;
  return typeof made === 'function' && (made === home || made.prototype === home) ? made : undefined;
}

function partOf(home: object, key: string | symbol, fn: Function): keyof typeof MemberPart | undefined {
  if (key === 'constructor') return undefined;
  const descriptor = Reflect.getOwnPropertyDescriptor(home, key) ?? {};
  return (['value', 'get', 'set'] as const).find((part) => descriptor[part] === fn);
}
