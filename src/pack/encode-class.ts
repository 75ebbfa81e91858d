import { privateValues } from '../inspect/index.ts';
import { integrityOf, writeProperties } from './encode-properties.ts';
import { writePrototypeObject } from './encode-prototype.ts';
import { requireVariables, writeVariables } from './encode-variables.ts';
import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';
import { functionCode } from './function-code.ts';
import { isWeak } from './opaque.ts';
import { WrittenMembers } from './written-members.ts';

/** A class by value: its source, what it closes over, the state of its statics, and what was put on it later. */
export function writeClass(encoder: Encoder, made: Function): void {
  const captured = requireVariables(made);
  const code = functionCode(made, captured);
  const id = encoder.classId(made);
  encoder.weaks.addOf(captured, id);
  encoder.heads.byte(Kind.class);
  encoder.heads.string(id);
  encoder.heads.string(code.parentName ?? '');
  encoder.codes.write(code);
  writeVariables(encoder, captured, code);
  encoder.slot(made.name, 'name');
  const written = new WrittenMembers(captured.parsed);
  const statics = Reflect.ownKeys(made).filter((key) => !ownFace.has(key) && !written.has(made, key, true));
  writeProperties(encoder, made, statics);
  encoder.bodies.byte(integrityOf(made));
  const prototype = made.prototype as object;
  encoder.homes.addAll(prototype);
  encoder.homes.addAll(made);
  writePrototypeObject(encoder, made, (key) => key !== 'constructor' && !written.has(prototype, key, false));
  writePrivateStatics(encoder, made, code.privateStatics);
}

/** What is in `static #private` fields, by the number of the field. */
function writePrivateStatics(encoder: Encoder, made: Function, names: readonly string[]): void {
  const values = names.length > 0 ? privateValues(made) : new Map<string, unknown>();
  // What is weak has nothing to travel: it begins there as the class begins it.
  const kept = names.flatMap((name, i) => (values.has(name) && !isWeak(values.get(name)) ? [[name, i] as const] : []));
  encoder.bodies.unsigned(kept.length);
  for (const [name, i] of kept) {
    encoder.bodies.unsigned(i);
    encoder.slot(values.get(name), `#${name}`);
  }
}

const ownFace = new Set<string | symbol>(['length', 'name', 'prototype']);
