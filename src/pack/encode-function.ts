import { type CapturedVariables, functionInternals, lexicalThis, parseFunction, sourceText } from '../inspect/index.ts';
import { writeClass } from './encode-class.ts';
import { writeHooked } from './encode-hooked.ts';
import { writeMember } from './encode-member.ts';
import { integrityOf, writeProperties } from './encode-properties.ts';
import { writePrototypeObject } from './encode-prototype.ts';
import { writeReference } from './encode-reference.ts';
import { requireVariables, writeVariables } from './encode-variables.ts';
import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';
import { type FunctionCode, functionCode } from './function-code.ts';
import { homeOfArrow } from './homes.ts';
import { Refusal } from './refusal.ts';

/** A function or class: by name, as its hook says, or by value with what it closes over. @throws Refusal */
export function writeFunction(encoder: Encoder, fn: Function): void {
  if (writeReference(encoder, fn) || writeHooked(encoder, fn)) return;
  encoder.runsCode = true;
  if (sourceText(fn) === undefined) {
    writeBound(encoder, fn);
    return;
  }
  const parsed = parseFunction(fn);
  if (!parsed.ok)
    throw new Refusal(
      'a function whose source cannot be read',
      'Write it in a form that the current ECMAScript knows.',
    );
  if (parsed.form === 'class') {
    writeClass(encoder, fn);
    return;
  }
  if (writeMember(encoder, fn)) return;
  const captured = requireVariables(fn);
  const code = functionCode(fn, captured);
  encoder.heads.byte(Kind.function);
  encoder.codes.write(code);
  writeSurroundings(encoder, fn, captured, code);
  writeVariables(encoder, captured, code);
  writeFace(encoder, fn);
}

function writeBound(encoder: Encoder, fn: Function): void {
  const bound = functionInternals(fn)?.bound;
  if (!bound) throw new Refusal('a native function', 'Wrap it: (...args) => theFunction(...args).');
  const { heads, bodies } = encoder;
  heads.byte(Kind.bound);
  encoder.homes.addLineage(bound.target, bound.boundThis);
  encoder.slot(bound.target, 'bound function');
  encoder.slot(bound.boundThis, 'bound this');
  bodies.unsigned(bound.boundArguments.length);
  bound.boundArguments.forEach((argument, i) => {
    encoder.slot(argument, `bound argument ${i + 1}`);
  });
  encoder.slot(fn.name, 'name');
  writeOwn(encoder, fn);
}

/** What an arrow takes from the function around it, and a method from its object. */
function writeSurroundings(encoder: Encoder, fn: Function, captured: CapturedVariables, code: FunctionCode): void {
  const self = code.usesThis ? surroundingThis(encoder, fn, captured) : undefined;
  if (code.usesThis) encoder.slot(self, 'this');
  if (code.usesArguments) encoder.slot(Array.from(surroundingArguments(fn)), 'arguments');
  if (!code.usesSuper) return;
  const isArrow = captured.parsed.form === 'arrow';
  const home = isArrow ? homeOfArrow(fn, self) : encoder.homes.ofMethod(fn);
  if (!home) {
    throw new Refusal(
      `${isArrow ? 'an arrow function' : 'a method'} that uses super, apart from its object`,
      'Pass the object, and call the method on it.',
    );
  }
  encoder.slot(Object.getPrototypeOf(home), 'super');
}

function surroundingThis(encoder: Encoder, fn: Function, { isTopLevel }: CapturedVariables): unknown {
  if (isTopLevel()) return undefined;
  const found = lexicalThis(fn, encoder.homes.of(fn));
  if (found) return found.value;
  throw new Refusal(
    'an arrow function that uses the this around it, which cannot be seen here',
    'Put it into a variable outside the arrow function: const self = this.',
  );
}

function surroundingArguments(fn: Function): ArrayLike<unknown> {
  const { scopes = [] } = functionInternals(fn) ?? {};
  for (const { description, variables } of scopes) {
    if (description !== 'Global' && Object.hasOwn(variables, 'arguments'))
      return variables.arguments as ArrayLike<unknown>;
  }
  return [];
}

/** What of a function can be seen from outside and does not follow from its source. */
function writeFace(encoder: Encoder, fn: Function): void {
  const { bodies } = encoder;
  encoder.slot(fn.name, 'name');
  const prototype: unknown = Object.getPrototypeOf(fn);
  // A constructor function may inherit from another one, as classes compiled for old engines do.
  const isUsual =
    isNative(prototype) || isNative(Reflect.getOwnPropertyDescriptor(Object(prototype), 'constructor')?.value);
  bodies.byte(isUsual ? 0 : 1);
  if (!isUsual) encoder.slot(prototype, 'prototype of the function');
  encoder.slot(fn.length, 'length');
  writeOwn(encoder, fn);
  writePrototypeObject(encoder, fn, (key) => key !== 'constructor');
}

/** What was put on a function, and whether more can be. */
function writeOwn(encoder: Encoder, fn: Function): void {
  writeProperties(
    encoder,
    fn,
    Reflect.ownKeys(fn).filter((key) => !ownFace.has(key)),
  );
  encoder.bodies.byte(integrityOf(fn));
}

const ownFace = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller']);
const isNative = (value: unknown): boolean => typeof value === 'function' && sourceText(value) === undefined;
