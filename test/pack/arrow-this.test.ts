import { PackError } from 'hypernodes';
import { pack, unpack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';

class Counter {
  count: number;
  constructor(count: number) {
    this.count = count;
  }
  up = () => ++this.count;
  /** Gives another one something that counts here. */
  lend(other: Counter): void {
    other.up = () => ++this.count;
  }
}
class Assigned {
  declare read: () => string;
  readonly label: string;
  constructor(label: string) {
    this.label = label;
    this.read = () => this.label;
  }
}
class Derived extends Counter {}

const copyOf = <T>(value: T): T => unpack(pack(value)) as T;

describe('the this of an arrow function in a field', () => {
  it('is its instance', () => {
    const counters = [new Counter(1), new Derived(10), new Counter(100)];
    const copies = copyOf(counters);
    expect(copies.map(({ up }) => up())).toEqual([2, 11, 101]);
    expect(copies.map(({ count }) => count)).toEqual([2, 11, 101]);
    expect(copyOf(new Assigned('a')).read()).toBe('a');
  });

  it('is its instance after a second journey', () => {
    const twice = copyOf(copyOf(new Counter(1)));
    expect([twice.up(), twice.count]).toEqual([2, 2]);
  });

  it('is the instance that it was made for, also in another one', () => {
    const [a, b] = [new Counter(1), new Counter(10)];
    b.up = a.up;
    const copy = copyOf(b);
    expect([copy.up(), copy.count]).toEqual([2, 10]);
    const [first, second] = copyOf([b, a]);
    expect([second!.up(), first!.up(), first!.count, second!.count]).toEqual([2, 3, 10, 3]);
  });

  it('is the instance that it was made for, also in a copy of it', () => {
    const copy = copyOf(Object.assign(new Counter(0), new Counter(1)));
    expect([copy.up(), copy.count]).toEqual([2, 1]);
    const bare = copyOf(
      Object.assign(Object.create(Assigned.prototype) as Assigned, new Assigned('a'), { label: 'b' }),
    );
    expect([bare.read(), bare.label]).toEqual(['a', 'b']);
  });

  it('is the instance that it was made for, also when that one has another function now', () => {
    const [a, b] = [new Counter(1), new Counter(10)];
    b.up = a.up;
    a.up = () => 0;
    const copy = copyOf(b);
    expect([copy.up(), copy.count]).toEqual([2, 10]);
  });

  it('is the instance that it was made for, also in two that swapped theirs', () => {
    const [a, b] = [new Counter(1), new Counter(10)];
    [a.up, b.up] = [b.up, a.up];
    const [first, second] = copyOf([a, b]);
    expect([first!.up(), first!.count, second!.count]).toEqual([11, 1, 11]);
    const [again] = copyOf([new Counter(5)]);
    expect([again!.up(), again!.count]).toEqual([6, 6]);
  });

  it('is the instance whose method made it', () => {
    const [a, b] = [new Counter(1), new Counter(10)];
    a.lend(b);
    const copy = copyOf(b);
    expect([copy.up(), copy.count]).toEqual([2, 10]);
  });

  it('is found for many instances, and for those that share one function', () => {
    const first = new Counter(0);
    const counters = Array.from({ length: 300 }, (_, i) => new Counter(i));
    for (const counter of counters.slice(0, 50)) counter.up = first.up;
    const copies = copyOf(counters);
    for (const { up } of copies) up();
    expect(copies.map(({ count }, i) => count - i)).toEqual(counters.map((_, i) => (i < 50 ? 0 : 1)));
  });

  it('is packed with what it has, or refused with the path', () => {
    const [a, b] = [new Counter(1), new Counter(10)];
    b.up = a.up;
    Object.assign(a, { pending: Promise.resolve() });
    expect(() => pack({ b })).toThrowError(
      expect.objectContaining({ name: PackError.name, path: 'value → b → up → this → pending' }),
    );
  });
});
