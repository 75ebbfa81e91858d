/** Random numbers that a seed repeats (mulberry32). */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes small programs that call, assign, branch and jump in every way that a minifier rewrites. */
export class RandomProgram {
  readonly #random: () => number;
  #names: string[] = [];
  #count = 0;

  constructor(seed: number) {
    this.#random = randomness(seed);
  }

  /** Source of a function of `{ a, b, n, f, o }`. */
  next(): string {
    this.#names = [];
    this.#count = 0;
    return `({ a, b, n, f, o }) => { ${this.#list(this.#pick([0, 0, 1, 1, 1, 2]), false)}}`;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)]!;
  }

  #leaf(): string {
    const constants = ['a', 'b', 'n', '1', '0', "'x'", 'true', 'null', 'undefined', 'f'];
    return this.#pick([...constants, ...this.#names, ...this.#names]);
  }

  #expression(depth: number): string {
    if (depth <= 0) return this.#leaf();
    const part = () => this.#expression(depth - 1);
    const assignable = ['n', ...this.#names.filter((name) => name.startsWith('l'))];
    return this.#pick([
      () => this.#leaf(),
      () => `f(${part()})`,
      () => `(${part()} ${this.#pick(['+', '-', '===', '==', '!==', '!=', '<', '>'])} ${part()})`,
      () => `(${part()} ${this.#pick(['&&', '||', '??'])} ${part()})`,
      () => `(${part()} ? ${part()} : ${part()})`,
      () => `!${part()}`,
      () => `(${part()}, ${part()})`,
      () => `(${this.#pick(assignable)} = ${part()})`,
      () => `o.${this.#pick(['p', 'q'])}`,
      () => `o?.m(${part()})`,
      () => `typeof ${part()}`,
      () => `\`t\${${part()}}\``,
      () => 'n++',
      () => `(() => ${part()})()`,
      () => `[${part()}, ${part()}]`,
      () => `o.m(${part()}, ${part()})`,
    ])();
  }

  #declare(kind: string, depth: number): string {
    const name = `${kind[0]}${this.#count++}`;
    const value = this.#expression(depth);
    this.#names.push(name);
    return `${kind} ${name} = ${value};`;
  }

  #statement(depth: number, inLoop: boolean): string {
    const block = () => `{ ${this.#list(depth - 1, inLoop)}}`;
    const test = () => this.#expression(depth - 1);
    const simple = [
      () => `${this.#expression(depth)};`,
      () => this.#declare('const', depth),
      () => `return ${this.#expression(depth)};`,
      () => 'return;',
      () => (inLoop ? this.#pick(['break;', 'continue;']) : `f(${this.#leaf()});`),
    ];
    if (depth < 0) return this.#pick(simple)();
    return this.#pick([
      ...simple,
      () => this.#declare('let', depth),
      () => `${this.#declare('var', depth)} f(${this.#names.at(-1)});`,
      () => `if (${test()}) ${block()}`,
      () => `if (${test()}) ${block()} else ${block()}`,
      () => `try ${block()} catch (e) ${block()}`,
      () => {
        const name = `i${this.#count++}`;
        const outer = this.#names;
        this.#names = [...outer, name];
        const body = this.#list(depth - 1, true);
        this.#names = outer;
        return `for (const ${name} of [1, 2]) { ${body}}`;
      },
    ])();
  }

  #list(depth: number, inLoop: boolean): string {
    const outer = this.#names;
    this.#names = [...outer];
    let text = '';
    const length = 1 + Math.floor(this.#random() * 3);
    for (let i = 0; i < length; i++) text += `${this.#statement(depth, inLoop)} `;
    this.#names = outer;
    return text;
  }
}

/** All that a program does, for several inputs: what it reads and calls, in order, and what comes out. */
export function behaviour(program: Function): string {
  const inputs = [
    [0, 1, 2],
    [1, 0, 0],
    [null, 'x', 3],
    [undefined, true, -1],
  ] as const;
  return inputs.map(([a, b, n]) => observe(program, a, b, n)).join('\n');
}

function observe(program: Function, a: unknown, b: unknown, n: number): string {
  const log: string[] = [];
  const f = (x: unknown) => {
    log.push(shown(x));
    if (log.length > 50) throw new RangeError('too long');
    return typeof x === 'number' ? x + 1 : x ? 0 : 'r';
  };
  const o = {
    get p() {
      log.push('p');
      return n;
    },
    get q() {
      log.push('q');
      return a;
    },
    m(...all: unknown[]) {
      log.push(`m(${all.map(shown).join()})`);
      return this === o;
    },
  };
  try {
    return `${shown(program({ a, b, n, f, o }))} after ${log.join()}`;
  } catch (error) {
    return `${(error as Error).name} after ${log.join()}`;
  }
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'function';
  if (Array.isArray(value)) return `[${value.map(shown).join()}]`;
  return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
}
