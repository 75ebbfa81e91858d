import { Module } from 'node:module';
import { types } from 'node:util';
import { liveExport } from '../inspect/index.ts';
import { integrityOf, writeProperties, writePrototype } from './encode-properties.ts';
import { writeWeak } from './encode-weak.ts';
import type { Encoder } from './encoder.ts';
import { Capture, Integrity, Kind, Prototype } from './format.ts';
import { refuseInstance, refuseOpaque } from './opaque.ts';

/** An object that is not built in: by its class or prototype and its own properties. @throws Refusal */
export function writeInstance(encoder: Encoder, value: object): void {
  if (writeWeak(encoder, value)) return;
  refuseOpaque(value);
  if (types.isModuleNamespaceObject(value)) {
    writeNamespace(encoder, value as Readonly<Record<string, unknown>>);
    return;
  }
  if (Object.getPrototypeOf(value) === Module.prototype) {
    writeCommonJsModule(encoder, value);
    return;
  }
  const made: unknown = Reflect.getOwnPropertyDescriptor(value, 'constructor')?.value;
  if (typeof made === 'function' && made.prototype === value) {
    encoder.heads.byte(Kind.prototype);
    encoder.bodies.unsigned(encoder.refer(made, ''));
    return;
  }
  const isPlain = isForeignPlain(Object.getPrototypeOf(value));
  if (!isPlain) refuseInstance(value);
  encoder.heads.byte(Kind.record);
  writePrototype(encoder, value, isPlain ? Object.getPrototypeOf(value) : Object.prototype);
  writeProperties(encoder, value);
  encoder.bodies.byte(integrityOf(value));
}

/** `Object.prototype` of another realm (`node:vm`, some test runners and notebooks). */
function isForeignPlain(prototype: object | null): boolean {
  return (
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf') &&
    Object.hasOwn(prototype, '__lookupGetter__')
  );
}

/** The `module` of a CommonJS module: what its code may want of it elsewhere. */
function writeCommonJsModule(encoder: Encoder, value: object): void {
  encoder.heads.byte(Kind.record);
  encoder.bodies.byte(Prototype.usual);
  writeProperties(encoder, value, ['id', 'filename', 'loaded', 'exports']);
  encoder.bodies.byte(Integrity.open);
}

function writeNamespace(encoder: Encoder, value: Readonly<Record<string, unknown>>): void {
  const { bodies } = encoder;
  const names = Object.keys(value);
  const from = encoder.namespaces.get(value);
  encoder.heads.byte(Kind.namespace);
  bodies.unsigned(names.length);
  for (const name of names) {
    bodies.string(name);
    const live = from && liveExport({ specifier: from.specifier, name, through: 'import' }, from.importer);
    if (live) {
      bodies.byte(Capture.read);
      bodies.unsigned(encoder.refer(encoder.variables.of(live.scope, live.name, value[name]), name));
    } else {
      bodies.byte(Capture.value);
      encoder.slot(value[name], name);
    }
  }
}
