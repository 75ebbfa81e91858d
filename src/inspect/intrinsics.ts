/** What the language has and gives no global name to, by the names that the specification uses. */
export function intrinsics(): Record<string, object> {
  const prototypeOf = (value: object): object => Object.getPrototypeOf(value) as object;
  const classOf = (value: object): Function => value.constructor;
  const iterators = {
    ArrayIteratorPrototype: prototypeOf([][Symbol.iterator]()),
    MapIteratorPrototype: prototypeOf(new Map().entries()),
    SetIteratorPrototype: prototypeOf(new Set().values()),
    StringIteratorPrototype: prototypeOf(''[Symbol.iterator]()),
    RegExpStringIteratorPrototype: prototypeOf(''.matchAll(/a/g)),
  };
  const functions = {
    AsyncFunction: classOf(async () => {}),
    GeneratorFunction: classOf(function* () {}),
    AsyncGeneratorFunction: classOf(async function* () {}),
    TypedArray: prototypeOf(Uint8Array),
  };
  return {
    ...functions,
    ...iterators,
    IteratorPrototype: prototypeOf(iterators.ArrayIteratorPrototype),
    AsyncIteratorPrototype: prototypeOf(prototypeOf(functions.AsyncGeneratorFunction.prototype.prototype as object)),
    GeneratorPrototype: functions.GeneratorFunction.prototype.prototype as object,
    AsyncGeneratorPrototype: functions.AsyncGeneratorFunction.prototype.prototype as object,
  };
}

/** The object that the specification calls `%name%`; `undefined` if the path is none, or a name of none. */
export function intrinsicAt(name: string): object | undefined {
  const all = intrinsics();
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
