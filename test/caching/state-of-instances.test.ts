import { node, Pipeline } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

class Model {
  #weight = 0;
  fit(value: number): { loss: number } {
    this.#weight = 2 * value;
    return { loss: 0 };
  }
  predict(x: number): number {
    return this.#weight * x;
  }
}

class Vocabulary {
  readonly #numbers = new Map<string, number>();
  add(word: string): number {
    if (!this.#numbers.has(word)) this.#numbers.set(word, this.#numbers.size);
    return this.#numbers.get(word)!;
  }
  list(): string[] {
    return [...this.#numbers.keys()];
  }
}

class Queue {
  readonly #waiting: number[] = [];
  push(value: number): number {
    return this.#waiting.push(value);
  }
  get first(): number | undefined {
    return this.#waiting[0];
  }
}

class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state * 16_807) % 2_147_483_647;
    return this.#state;
  }
}

class Numbers {
  #last = 0;
  next(): number {
    return ++this.#last;
  }
}

class Client {
  readonly name: string;
  #calls = 0;
  #answered = 0;
  readonly #known = new Map<number, number>();
  constructor(name: string) {
    this.name = name;
  }
  get calls(): number {
    return this.#calls + this.#answered;
  }
  ask(x: number): number {
    this.#calls++;
    let known = this.#known.get(x);
    if (known === undefined) {
      known = x + this.name.length;
      this.#known.set(x, known);
    }
    this.#answered += known;
    return known;
  }
}

/** An instance that got other content the second time. */
const given = {
  'what a model learned, although fitting it gives an answer': (value: number) => {
    const model = new Model();
    model.fit(value);
    return { holder: model, ask: (one: Model) => one.predict(3) };
  },
  'the words of a vocabulary, although adding one gives its number': (value: number) => {
    const words = new Vocabulary();
    words.add(`w${value}`);
    return { holder: words, ask: (one: Vocabulary) => one.list().join() };
  },
  'what waits in a queue, although pushing gives its length': (value: number) => {
    const queue = new Queue();
    queue.push(value);
    return { holder: queue, ask: (one: Queue) => one.first };
  },
};

describe('counts as content of an instance', () => {
  it.each(Object.entries(given))('%s', async (_, make) => {
    const cache = new MemoryCache();
    const found: unknown[] = [];
    for (const value of [1, 2, 1]) {
      const { holder, ask } = make(value) as { holder: object; ask: (one: object) => unknown };
      const asked = node('asked', ({ one }: { one: object }) => ask(one), { deps: [ask] });
      const captured = node('captured', ({ x }: { x: number }) => `${x} ${ask(holder)}`);
      const results = await Promise.all([
        new Pipeline({ nodes: [asked], cache }).run({ one: holder }),
        new Pipeline({ nodes: [captured], cache }).run({ x: 1 }),
      ]);
      expect(results).toEqual([{ asked: ask(holder) }, { captured: `1 ${ask(holder)}` }]);
      found.push(JSON.stringify(results));
    }
    expect(new Set(found).size).toBe(2);
  });
});

describe('what an instance changes with every answer', () => {
  it('makes a node that captures it run uncached where the answers depend on it, with one warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const random = new Random(7);
    const numbers = new Numbers();
    const drawn = node('drawn', ({ x }: { x: number }) => [x, random.next()]);
    const numbered = node('numbered', ({ x }: { x: number }) => [x, numbers.next()]);
    const p = new Pipeline({ nodes: [drawn, numbered], cache: new MemoryCache() });
    const [first, second] = [await p.run({ x: 1 }), await p.run({ x: 1 })];
    expect(first.drawn).not.toEqual(second.drawn);
    expect([first.numbered, second.numbered]).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(warn.mock.calls.map(([message]) => String(message).split('.')[0])).toEqual([
      expect.stringMatching(/drawn runs uncached: it uses 'random', 'next' changes its '#state', so it is state/),
      expect.stringMatching(/numbered runs uncached: it uses 'numbers', 'next' changes its '#last', so it is state/),
    ]);
  });

  it('does not count where it is a counter, or known only to the one who fills it in', async () => {
    const client = new Client('c');
    const answer = node('answer', ({ x }: { x: number }) => client.ask(x));
    const given = node('given', ({ one, x }: { one: Client; x: number }) => one.ask(x));
    const p = new Pipeline({ nodes: [answer, given], cache: new MemoryCache() });
    for (const x of [1, 2, 1, 2]) await p.run({ x, one: client });
    expect(client.calls).toBe(4 + 2 * (2 + 3));
  });
});
