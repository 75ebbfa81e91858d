import { EventEmitter } from 'node:events';
import type { Cases } from './case.ts';

const factor = 3;
class Shape {
  static count = 0;
  static readonly registry = new Map<string, string>();
  static create(name: string): Shape {
    return new Shape(name);
  }
  readonly name: string;
  sides = 0;
  constructor(name: string) {
    Shape.count++;
    this.name = name;
  }
  describe(): string {
    return `${this.name} with ${this.sides} sides, factor ${factor}`;
  }
  get upper(): string {
    return this.name.toUpperCase();
  }
  set sidesText(text: string) {
    this.sides = Number(text);
  }
  toString() {
    return `Shape(${this.name})`;
  }
}
class Square extends Shape {
  static override create(name: string): Square {
    return new Square(`${name}!`);
  }
  override sides = 4;
  area: () => number = () => this.sides * factor;
  override describe(): string {
    return `square ${super.describe()}`;
  }
  override get upper(): string {
    return `<${super.upper}>`;
  }
}
class Delegating extends Square {
  readonly describeFirst = () => `first ${super.describe()}`;
  describeLater() {
    return () => `later ${super.describe()}`;
  }
}
const delegating = new Delegating('del');
const describeLater = delegating.describeLater();
class Rounded extends Square {
  constructor(name: string, public_ = 1) {
    super(name);
    this.sides += public_;
  }
}
Shape.registry.set('square', 'four');
const square = new Square('sq');
const rounded = new Rounded('ro');
const boundDescribe = square.describe.bind(square);
const bare = Object.create(Shape.prototype) as Shape;

class Secret {
  #value: number;
  static #made = 0;
  constructor(value: number) {
    this.#value = value;
    Secret.#made++;
  }
  reveal(): number {
    return this.#double() + Secret.#made;
  }
  #double(): number {
    return this.#value * 2;
  }
  static isSecret(value: object): boolean {
    return #value in value;
  }
}

const getState = Symbol.for('hypernodes.getState');
const fromState = Symbol.for('hypernodes.fromState');
class Connection {
  readonly #path: string;
  opened = false;
  constructor(path: string) {
    this.#path = path;
  }
  open(): string {
    this.opened = true;
    return `open ${this.#path}`;
  }
  [getState]() {
    return { path: this.#path };
  }
  static [fromState]({ path }: { path: string }) {
    return new Connection(path);
  }
}
const connection = new Connection('/data');
connection.open();
class Resumed {
  total = 1;
  handle: object | undefined = new WeakMap();
  [getState]() {
    return { total: this.total };
  }
  sum() {
    return [this.total, this instanceof Resumed];
  }
}
const resumed = new Resumed();

const Serial = <Base extends new (...args: never[]) => object>(base: Base) =>
  class extends (base as unknown as new (...args: unknown[]) => object) {
    serialise() {
      return JSON.stringify(this);
    }
  };
class Model extends Serial(Shape) {
  extra = factor;
}
const model = new Model('mixed' as never);
const expressionClass = class Inner {
  self() {
    return Inner.name;
  }
};
const anonymousClass = class {
  value = factor;
};
class Temperature {
  static #instances = 0;
  static unit = 'C';
  static {
    Temperature.unit = `°${Temperature.unit}`;
  }
  readonly degrees: number;
  constructor(degrees: number) {
    this.degrees = degrees;
    Temperature.#instances++;
  }
  [Symbol.toPrimitive]() {
    return this.degrees;
  }
  static get instances() {
    return Temperature.#instances;
  }
}
Temperature.unit += '!';
class Collection<T> extends Array<T> {
  last(): T | undefined {
    return this[this.length - 1];
  }
}
const collection = Collection.from([1, 2, 3]) as Collection<number>;
class DefaultMap<K, V> extends Map<K, V[]> {
  add(key: K, value: V): this {
    return this.set(key, [...(this.get(key) ?? []), value]);
  }
}
const defaultMap = new DefaultMap<string, number>().add('a', 1).add('a', 2);
class Tags extends Set<string> {
  label = 'tags';
  joined() {
    return [...this].join();
  }
}
const tags = new Tags(['x', 'y']);
class ParseError extends SyntaxError {
  readonly position: number;
  constructor(message: string, position: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ParseError';
    this.position = position;
  }
  where() {
    return `at ${this.position + factor}`;
  }
}
const parseError = new ParseError('unexpected', 4, { cause: new TypeError('deep') });
class Left {
  other() {
    return new Right().kind;
  }
  kind = 'left';
}
class Right {
  other() {
    return new Left().kind;
  }
  kind = 'right';
}
class Base {
  static make(): Base {
    return new Derived();
  }
  name() {
    return 'base';
  }
}
class Derived extends Base {
  override name() {
    return `derived of ${super.name()}`;
  }
}
class Singleton {
  static readonly instance: Singleton = new Singleton();
  value = factor;
}
class Bus extends EventEmitter {
  announce(value: number) {
    const heard: number[] = [];
    this.on('value', (x: number) => heard.push(x));
    this.emit('value', value);
    return heard;
  }
}
const bus = new Bus();
const patched = new Shape('patched');
Object.defineProperty(Shape.prototype, 'patchedIn', { value: () => factor, configurable: true, writable: true });
class Iterable_ {
  *[Symbol.iterator]() {
    yield* [1, factor];
  }
  static async *stream() {
    yield factor;
  }
  get [Symbol.toStringTag]() {
    return 'Iter';
  }
}
const nullClass = class extends (null as unknown as ObjectConstructor) {
  static answer() {
    return factor;
  }
};
const staticName: unique symbol = Symbol('static');
const methodName: unique symbol = Symbol('method');
class LazyFields {
  readonly list = [1, factor];
  readonly fn = (x: number) => x + this.list.length;
  static [staticName] = factor;
  [methodName]() {
    return this.list;
  }
}
const lazyFields = new LazyFields();

const registered: string[] = [];
let lastId = 0;
class Registered {
  static {
    registered.push('Registered');
  }
  static readonly id: number = ++lastId;
  static readonly names = registered;
  static readonly Part = class Part {
    owner = 'part';
  };
  static readonly make = () => new Registered();
  static #secret = lastId + factor;
  readonly kind = 'registered';
  static reveal() {
    return Registered.#secret;
  }
}
class AlsoRegistered extends Registered {
  static {
    registered.push('AlsoRegistered');
  }
  static override readonly id: number = ++lastId;
}
const part = new Registered.Part();
type Old = { (this: unknown): void; prototype: object };
const OldParent = function (this: unknown) {} as Old & { make(): string };
OldParent.make = () => `made ${factor}`;
const OldChild = function (this: unknown) {} as Old & { make(): string };
Object.setPrototypeOf(OldChild, OldParent);
OldChild.prototype = Object.create(OldParent.prototype, { constructor: { value: OldChild } }) as object;

export const classes: Cases = {
  'a class': () => new Shape('tri').describe(),
  'an instance': () => square.describe(),
  instanceof: () => [square instanceof Square, square instanceof Shape, rounded instanceof Square],
  'methods called through super': () => new Square('new').describe(),
  'super in arrow functions': () => [delegating.describeFirst(), describeLater(), delegating.describeLater()()],
  'super in a bound method': () => boundDescribe(),
  'accessors called through super': () => new Square('up').upper,
  'a setter of a class': () => {
    const shape = new Shape('set');
    shape.sidesText = '9';
    return shape.sides;
  },
  'three generations': () => [rounded.sides, rounded.describe(), rounded.area()],
  'an arrow function in a field of an instance': () => square.area(),
  'the state of statics': () => [Shape.count > 0, [...Shape.registry]],
  'a static method': () => Shape.create('made').describe(),
  'a static method that overrides another': () => Square.create('made').name,
  'the class behind an instance': () => square.constructor === Square,
  'an object made from a prototype': () => [bare instanceof Shape, Object.keys(bare)],
  'private members of a class': () => [new Secret(4).reveal(), Secret.isSecret(new Secret(1)), Secret.isSecret({})],
  'getState and fromState': () => [connection.open(), connection.opened],
  'getState without fromState': () => resumed.sum(),
  'a mixin': () => [model.serialise(), model instanceof Shape, new Model('x' as never).extra],
  'a named class expression': () => [expressionClass.name, new expressionClass().self()],
  'an anonymous class': () => [anonymousClass.name, new anonymousClass().value],
  'static blocks and private statics': () => [Temperature.unit, +new Temperature(21), Temperature.instances],
  'a subclass of Array': () => [
    collection.last(),
    collection instanceof Collection,
    Array.isArray(collection),
    (collection.map((x) => x * 2) as Collection<number>).last(),
  ],
  'a subclass of Map': () => [defaultMap.get('a'), defaultMap.add('b', 3).size, defaultMap instanceof DefaultMap],
  'a subclass of Set': () => [tags.joined(), tags.label, tags.has('x')],
  'an error class': () => {
    const error = new ParseError('bad', 1);
    return [error.where(), error instanceof SyntaxError, error.name, String(error)];
  },
  'an error with its class, fields and cause': () => {
    const { message, position, cause } = parseError;
    return [
      message,
      position,
      parseError.where(),
      parseError instanceof ParseError,
      cause instanceof TypeError,
      String(cause),
    ];
  },
  'two classes that make each other': () => [new Left().other(), new Right().other()],
  'a class that makes its own subclass': () => [Base.make().name(), Base.make() instanceof Derived],
  'a static instance of the class itself': () => [Singleton.instance instanceof Singleton, Singleton.instance.value],
  'a subclass of EventEmitter': () => bus.announce(5),
  'a method put on the prototype later': () => (patched as unknown as { patchedIn(): number }).patchedIn(),
  'members named by symbols': async () => {
    const items: unknown[] = [...new Iterable_()];
    for await (const item of Iterable_.stream()) items.push(item);
    return [items, String(new Iterable_())];
  },
  'a class that extends null': () => nullClass.answer(),
  'fields with initialisers': () => [new LazyFields().fn(1), lazyFields.fn(1)],
  'names of members in variables': () => [
    LazyFields[staticName],
    lazyFields[methodName](),
    new LazyFields()[methodName](),
  ],
  'a class made on the far side': () => {
    class Local extends Shape {
      override describe() {
        return `local ${super.describe()}`;
      }
    }
    return new Local('l').describe();
  },
  'one class for several instances': () => square.constructor === Object.getPrototypeOf(rounded.constructor),
  'definitions do not run again': () => [
    registered,
    Registered.names === registered,
    [Registered.id, AlsoRegistered.id, lastId],
    AlsoRegistered.reveal(),
  ],
  'a class in a static field': () => [part instanceof Registered.Part, new Registered.Part().owner],
  'a function in a static field': () => Registered.make() instanceof Registered,
  'statics inherited from a constructor function': () => [
    OldChild.make(),
    Object.getPrototypeOf(OldChild) === OldParent,
    Reflect.construct(OldChild, []) instanceof OldParent,
  ],
  'a string form': () => String(square),
};
