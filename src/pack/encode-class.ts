import { sourceText } from '../inspect/index.ts';
import { writeProperties } from './encode-properties.ts';
import { writePrototypeObject } from './encode-prototype.ts';
import { requireVariables, writeVariables } from './encode-variables.ts';
import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';
import { functionCode } from './function-code.ts';

/** A class by value: its source, what it closes over, the state of its statics, and what was put on it later. */
export function writeClass(encoder: Encoder, made: Function): void {
  const captured = requireVariables(made);
  const code = functionCode(made, captured);
  encoder.heads.byte(Kind.class);
  encoder.heads.string(encoder.classId(made));
  encoder.heads.string(code.parentName ?? '');
  encoder.codes.write(code);
  writeVariables(encoder, captured, code);
  encoder.slot(made.name, 'name');
  const { source } = captured.parsed;
  const isAdded = (holder: object) => (key: string | symbol) => !isWritten(holder, key, source);
  const statics = Reflect.ownKeys(made).filter((key) => !ownFace.has(key));
  writeProperties(encoder, made, statics.filter(isAdded(made)));
  const prototype = made.prototype as object;
  writePrototypeObject(encoder, made, (key) => key !== 'constructor' && isAdded(prototype)(key));
}

const ownFace = new Set<string | symbol>(['length', 'name', 'prototype']);

/** Whether a member comes from the text of the class, so that evaluating the text makes it again. */
function isWritten(holder: object, key: string | symbol, source: string): boolean {
  const { value, get, set } = Reflect.getOwnPropertyDescriptor(holder, key) ?? {};
  const functions = [value, get, set].filter((part) => part !== undefined);
  return functions.every((part) => typeof part === 'function' && source.includes(sourceText(part) ?? '\0'));
}
