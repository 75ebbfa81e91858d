import { pack, unpack } from 'hypernodes/pack';
import { afterAll, describe, expect, it } from 'vitest';
import { EchoThread } from './echo-thread.ts';

const scale = 2;
class Point {
  static made = 0;
  readonly x: number;
  constructor(x: number) {
    this.x = x;
    Point.made++;
  }
  norm() {
    return this.x * scale;
  }
}
class PointError extends Error {
  override name = 'PointError';
  readonly point: Point;
  constructor(message: string, point: Point) {
    super(message);
    this.point = point;
  }
}
const makeClass = (step: number) =>
  class Counter {
    n = 0;
    next() {
      this.n += step;
      return this.n;
    }
  };

const echo = new EchoThread();
const farAway = echo.call;
afterAll(echo.close);

describe('the class of an instance', () => {
  it('may refuse to make it anew with an error of its own, whatever that is', () => {
    class Span {
      [Symbol.for('hypernodes.getState')](): number {
        return -1;
      }
      static [Symbol.for('hypernodes.fromState')](length: number): Span {
        throw new RangeError(`no span is ${length} long`);
      }
    }
    expect(() => unpack(pack(new Span()))).toThrow(new RangeError('no span is -1 long'));
  });

  it('is the original after a way there and back', async () => {
    const point = new Point(2);
    const back = await farAway(() => point);
    expect(back).toBeInstanceOf(Point);
    expect(back.constructor).toBe(Point);
    expect(back.norm()).toBe(4);
    expect(back).not.toBe(point);
  });

  it('is the original for instances that were made far away', async () => {
    const made = await farAway(() => [new Point(3), new Point(4)]);
    expect(made.map((point) => point instanceof Point)).toEqual([true, true]);
  });

  it('is the original also for errors thrown far away', async () => {
    const error = await farAway(() => {
      try {
        throw new PointError('off', new Point(9));
      } catch (thrown) {
        return thrown as PointError;
      }
    });
    expect(error).toBeInstanceOf(PointError);
    expect(error.point).toBeInstanceOf(Point);
    expect([error.message, error.name]).toEqual(['off', 'PointError']);
  });

  it('is one class for payloads that arrive one after the other', async () => {
    const check = (value: unknown) => () => value instanceof Point;
    expect(await farAway(check(new Point(1)))).toBe(true);
    expect(await farAway(check(new Point(2)))).toBe(true);
  });

  it('is another class when another closure made it', async () => {
    const [One, Two] = [makeClass(1), makeClass(2)];
    const back = await farAway(() => [new One(), new Two()] as const);
    expect(back[0]).toBeInstanceOf(One);
    expect(back[1]).toBeInstanceOf(Two);
    expect(back[0]).not.toBeInstanceOf(Two);
    expect([back[0].next(), back[1].next()]).toEqual([1, 2]);
  });

  it('is another class when two are made alike', async () => {
    const [One, Two] = [makeClass(7), makeClass(7)];
    const back = await farAway(() => [new One(), new Two()] as const);
    expect(back[0]).toBeInstanceOf(One);
    expect(back[1]).toBeInstanceOf(Two);
    expect(back[1]).not.toBeInstanceOf(One);
  });

  it('is the original when its statics changed in between', async () => {
    const before = await farAway(() => new Point(1));
    Point.made += 100;
    const after = await farAway(() => new Point(1));
    expect([before instanceof Point, after instanceof Point]).toEqual([true, true]);
  });

  it('is that of the language or a package where it is one', async () => {
    const back = await farAway(() => [new RangeError('r'), new Map([[1, new Date(0)]]), new URL('a:b')] as const);
    expect(back[0]).toBeInstanceOf(RangeError);
    expect(back[1].get(1)).toBeInstanceOf(Date);
    expect(back[2]).toBeInstanceOf(URL);
  });
});

describe('functions of a class that travels too', () => {
  class Account {
    #balance = 1;
    static #made = 0;
    balance() {
      return this.#balance;
    }
    static make() {
      Account.#made++;
      return new Account();
    }
    static get made() {
      return Account.#made;
    }
    static readonly twice = (x: number) => x * 2;
    get text() {
      return `${this.#balance}`;
    }
  }
  class Savings extends Account {
    override balance() {
      return super.balance() * 10;
    }
  }
  const { get: text } = Object.getOwnPropertyDescriptor(Account.prototype, 'text')!;

  it('are those of the class there', () => {
    const packed = {
      Account,
      Savings,
      balance: Account.prototype.balance,
      savings: Savings.prototype.balance,
      make: Account.make,
      twice: Account.twice,
      text,
    };
    const there = unpack(pack(packed)) as typeof packed;
    expect(there.balance).toBe(there.Account.prototype.balance);
    expect(there.savings).toBe(there.Savings.prototype.balance);
    expect(there.make).toBe(there.Account.make);
    expect(there.twice).toBe(there.Account.twice);
    expect(there.savings.call(new there.Savings())).toBe(10);
    expect(there.text!.call(there.make())).toBe('1');
    expect(there.Account.made).toBe(1);
  });

  it('are those also when they are bound', () => {
    const bound = unpack(pack(Account.make.bind(Account))) as typeof Account.make;
    expect(bound().balance()).toBe(1);
    const again = unpack(pack(unpack(pack(point.norm.bind(point))))) as () => number;
    expect(again()).toBe(4);
  });

  const point = new Point(2);
});

describe('unique symbols', () => {
  it('are the original ones after a way there and back', async () => {
    const [mark, other] = [Symbol('mark'), Symbol('mark')];
    const back = await farAway(() => ({ [mark]: 1, [other]: 2, list: [mark, other] }));
    expect(back[mark]).toBe(1);
    expect(back[other]).toBe(2);
    expect(back.list).toEqual([mark, other]);
  });
});
