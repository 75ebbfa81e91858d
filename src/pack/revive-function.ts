import { learnThis } from '../inspect/index.ts';
import type { PackedCode } from './code-reader.ts';
import { corrupt } from './corrupt.ts';
import { type Decoder, type Part, PENDING } from './decoder.ts';
import { type Surroundings, surroundingsOf } from './evaluate-code.ts';
import { PrototypeObject } from './format.ts';
import { CodeForm } from './function-code.ts';
import type { FunctionHead } from './read-head.ts';
import type { RevivedCapture, RevivedVariables } from './revived-variables.ts';

/** Reads a function's body and arranges for the function to be made. */
export function fillFunction(decoder: Decoder, record: number, head: FunctionHead, variables: RevivedVariables): void {
  const { code, names } = head;
  const self = code.usesThis ? decoder.part() : undefined;
  const args = code.usesArguments ? decoder.part() : undefined;
  const home = code.usesSuper ? decoder.part() : undefined;
  const captures = variables.captures(decoder, names);
  const face = readFace(decoder);
  decoder.late(record, {
    needs: () => [self, args].flatMap((part) => (part?.value === PENDING ? [part.record] : [])),
    make: () => {
      const surroundings = surround(decoder, code, captures, variables);
      const lexicalThis = self && decoder.resolve(self);
      const made = surroundings.make.apply(lexicalThis, argumentsOf(args && decoder.resolve(args)));
      const fn = functionOf(code, made);
      if (self) learnThis(fn, lexicalThis);
      if (home) {
        decoder.give(home, (prototype) => {
          Object.setPrototypeOf(code.form === CodeForm.expression ? surroundings : made, prototype as object | null);
        });
      }
      face(fn);
      return fn;
    },
  });
}

function argumentsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The variables of one closure: those that have their value by now are constants for it.
 *
 * @param added Variables beside those that it captured.
 */
export function surround(
  decoder: Decoder,
  code: PackedCode,
  captures: readonly RevivedCapture[],
  variables: RevivedVariables,
  added: readonly { readonly name: string; readonly value: unknown }[] = [],
): Surroundings {
  const shared: { name: string; holder: object }[] = [];
  const fixed = [...added];
  const delayed: { name: string; part: Part }[] = [];
  for (const capture of captures) {
    const { name } = capture;
    const holder = variables.holder(decoder, capture);
    if (holder) {
      shared.push({ name, holder });
      continue;
    }
    const part = variables.value(capture);
    const value = decoder.resolve(part);
    if (value === PENDING) delayed.push({ name, part });
    else fixed.push({ name, value });
  }
  const nameOf = ({ name }: { name: string }) => name;
  const layout = { fixed: fixed.map(nameOf), delayed: delayed.map(nameOf), shared: shared.map(nameOf) };
  const surroundings = surroundingsOf(
    code,
    layout,
    decoder.base,
  )(
    shared.map(({ holder }) => holder),
    fixed.map(({ value }) => value),
  );
  for (const { name, part } of delayed) decoder.give(part, (value) => surroundings.set(name, value));
  return surroundings;
}

function functionOf({ form }: PackedCode, made: unknown): Function {
  let found = made;
  if (form !== CodeForm.expression && typeof made === 'object' && made !== null) {
    const [key] = Reflect.ownKeys(made);
    const member = key === undefined ? undefined : Reflect.getOwnPropertyDescriptor(made, key);
    found = { [CodeForm.method]: member?.value, [CodeForm.getter]: member?.get, [CodeForm.setter]: member?.set }[form];
  }
  if (typeof found !== 'function') throw corrupt('a piece of code in it is no function');
  return found;
}

/** Reads what of a function can be seen from outside; the answer puts it on the function. */
function readFace(decoder: Decoder): (fn: Function) => void {
  const name = decoder.part().value;
  const prototype = decoder.bodies.byte() === 1 ? decoder.part() : undefined;
  const length = decoder.part().value;
  const own = decoder.collectProperties();
  const close = decoder.collectIntegrity();
  const prototypeObject = readPrototypeObject(decoder);
  return (fn) => {
    if (fn.name !== name) Object.defineProperty(fn, 'name', { value: name, configurable: true });
    if (fn.length !== length) Object.defineProperty(fn, 'length', { value: length, configurable: true });
    if (prototype) {
      decoder.give(prototype, (value) => {
        Object.setPrototypeOf(fn, value as object | null);
      });
    }
    own(fn);
    close(fn);
    prototypeObject(fn);
  };
}

/** Reads what of the `prototype` of a function or class does not follow from its source. */
export function readPrototypeObject(decoder: Decoder): (fn: Function) => void {
  switch (decoder.bodies.byte()) {
    case PrototypeObject.usual:
      return () => {};
    case PrototypeObject.other:
      return readOtherPrototype(decoder);
    case PrototypeObject.changed:
      return readChanges(decoder);
    default:
      throw corrupt('the prototype of a function in it is told in no known way');
  }
}

function readOtherPrototype(decoder: Decoder): (fn: Function) => void {
  const prototype = decoder.part();
  return (fn) => {
    decoder.give(prototype, (value) => {
      if (!Reflect.defineProperty(fn, 'prototype', { value }))
        throw corrupt('a function in it cannot have a prototype');
    });
  };
}

function readChanges(decoder: Decoder): (fn: Function) => void {
  const inherits = decoder.part();
  const own = decoder.collectProperties();
  const close = decoder.collectIntegrity();
  return (fn) => {
    const prototype = fn.prototype as object;
    if (inherits.value !== undefined) {
      decoder.give(inherits, (value) => {
        Object.setPrototypeOf(prototype, value as object | null);
      });
    }
    own(prototype);
    close(prototype);
  };
}
