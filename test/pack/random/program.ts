import fc from 'fast-check';

/** What a program has declared so far: ways to use it, as expressions of `x`. */
interface Known {
  readonly uses: readonly string[];
  /** Variables that may be assigned. */
  readonly variables: readonly string[];
  /** Classes that may be extended, by name. */
  readonly classes: readonly string[];
}

type Pick = (among: readonly string[]) => string;
type Declaration = (id: number, known: Known, pick: Pick) => { readonly text: string } & Partial<Known>;

const one = (known: Known, pick: Pick): string => pick(['x', '1', '2', 'x * 3', ...known.uses, ...known.uses]);
const changed = ({ variables }: Known, pick: Pick): string => {
  const name = pick(variables);
  return pick([`${name}++`, `${name} += 2`, `${name} = ${name} * 3 % 97`, `[${name}] = [${name} + 5]`]);
};

const declarations: Readonly<Record<string, Declaration>> = {
  variable: (id) => ({ text: `let v${id} = ${id};`, uses: [`v${id}`], variables: [`v${id}`] }),
  assigned: (id, known, pick) => ({
    text: `var w${id}; w${id} = { n: ${id}, deep: [x => ${one(known, pick)}] };`,
    uses: [`w${id}.n`, `w${id}.deep[0](x)`, `++w${id}.n`],
  }),
  function: (id, known, pick) => ({
    text: `function f${id}(x, y = ${one(known, pick)}) { ${changed(known, pick)}; if (x > 90) return f${id}(x - 90); return x + y + ${one(known, pick)}; }`,
    uses: [`f${id}(x)`, `f${id}.call(null, 1, x)`],
  }),
  arrow: (id, known, pick) => ({
    text: `const a${id} = ({ x, z = ${one(known, pick)} }) => { const twice = (x) => x * 2 + (${changed(known, pick)}); return twice(x) + z; };`,
    uses: [`a${id}({ x })`, `a${id}({ x, z: 4 })`],
  }),
  counter: (id, known, pick) => ({
    text: `const make${id} = (start) => { let n = start; const up = (x = 1) => { n += x; return n + ${one(known, pick)}; }; return { up, read: () => n, set value(x) { n = x; }, get value() { return n; } }; };
      const c${id} = make${id}(${id}000), d${id} = make${id}(${id}500); const read${id} = c${id}.read;`,
    uses: [
      `c${id}.up(x)`,
      `c${id}.read()`,
      `read${id}()`,
      `d${id}.up()`,
      `(c${id}.value = x + ${id}100)`,
      `d${id}.value`,
      `make${id}(x).up()`,
    ],
  }),
  alike: (id, known, pick) => ({
    text: `const make${id} = () => { let n = ${id}; return { up: (x = 1) => { n += x; return n + ${one(known, pick)}; }, read: () => n, clear() { n = ${id}; } }; };
      const c${id} = make${id}(), d${id} = make${id}(), e${id} = make${id}(); const { up: up${id} } = c${id}, { read: read${id} } = c${id}, lent${id} = { up: d${id}.up, read: e${id}.read };`,
    uses: [
      `up${id}(x)`,
      `read${id}()`,
      `lent${id}.up(2)`,
      `lent${id}.read()`,
      `d${id}.read()`,
      `(d${id}.clear(), d${id}.read())`,
      `e${id}.up()`,
    ],
  }),
  loop: (id, known, pick) => ({
    text: `const l${id} = []; for (let i = 0, j = 1; i < 3; i++) { j += 100; l${id}.push((x) => i * j + x, () => { ${changed(known, pick)}; return ++i + j++; }); }`,
    uses: [`l${id}[2](x)`, `l${id}[1]()`, `l${id}.map((f) => f(x)).join('|').length`],
  }),
  class: (id, known, pick) => {
    const parent = pick(['', ...known.classes]);
    return {
      text: `class K${id}${parent && ` extends ${parent}`} {
        static made = ${id}; static #hidden = 3; static [\`s${id}\`] = (x) => x + K${id}.made;
        field = ${one({ ...known, uses: known.uses.filter((use) => !/\bx\b/.test(use)) }, pick).replace(/\bx\b/g, '7')}; own = (x) => this.field + x;
        constructor(n = 2) { ${parent && 'super(n);'} this.n = n; K${id}.made++; }
        plus(x) { return ${parent ? '(super.plus?.(x) ?? 0)' : '0'} + this.n + x + ${one(known, pick)}; }
        get sum() { ${changed(known, pick)}; return this.n + ${parent ? '(super.sum ?? 1)' : '1'}; }
        set sum(x) { this.n = x; }
        static next(x = 1) { return K${id}.#hidden += x; }
        *each(x) { yield x; yield this.n; }
      }
      const k${id} = new K${id}(${id});`,
      uses: [
        `k${id}.plus(x)`,
        `k${id}.sum`,
        `(k${id}.sum = x)`,
        `k${id}.own(x)`,
        `K${id}.next()`,
        `K${id}.s${id}(x)`,
        `new K${id}(x).plus(1)`,
        `[...k${id}.each(x)].length`,
        `(k${id} instanceof K${id} ? 1 : 0)`,
        `K${id}.made`,
      ],
      classes: [`K${id}`],
    };
  },
  object: (id, known, pick) => ({
    text: `const base${id} = { plus(x) { return x + 1; } };
      const o${id} = { __proto__: base${id}, n: ${id}, plus(x) { return super.plus(x) + this.n; }, ['k' + ${id}]: (x) => ${one(known, pick)}, self() { return this === o${id} ? 1 : 0; } };
      Object.defineProperty(o${id}, 'hidden', { get() { return this.n++; } });`,
    uses: [`o${id}.plus(x)`, `o${id}.k${id}(x)`, `o${id}.self()`, `o${id}.hidden`],
  }),
  collection: (id, known, pick) => ({
    text: `const m${id} = new Map([['f', (x) => ${one(known, pick)}], ['self', null]]); m${id}.set('self', m${id}); const s${id} = new Set([m${id}, 1, 'a']);`,
    uses: [`m${id}.get('f')(x)`, `(m${id}.get('self') === m${id} ? 1 : 0)`, `(s${id}.has(m${id}) ? s${id}.size : 0)`],
  }),
  bound: (id, known, pick) => ({
    text: `const b${id} = (function (a, x) { return this.n + a + x + ${one(known, pick)}; }).bind({ n: ${id} }, 3);`,
    uses: [`b${id}(x)`],
  }),
  mutual: (id, known, pick) => ({
    text: `const even${id} = (x) => (x <= 0 ? ${one({ ...known, uses: known.variables }, pick)} : odd${id}(x - 1)), odd${id} = (x) => (x <= 0 ? 0 : even${id}(x - 1));`,
    uses: [`even${id}(x % 7)`, `odd${id}(3)`],
  }),
  late: (id, known, pick) => ({
    text: `let t${id} = (x) => x; const u${id} = (x) => t${id}(x) + 1; t${id} = (x) => ${one(known, pick)}; { let t${id} = 8; ${changed(known, pick)}; var hid${id} = () => t${id}--; }`,
    uses: [`u${id}(x)`, `hid${id}()`],
  }),
};

/** The source of a module whose `run(x)` calls functions that share and change what they close over. */
export const program: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.constantFrom(...Object.keys(declarations)), { minLength: 1, maxLength: 8 }),
    fc.infiniteStream(fc.nat()),
    fc.integer({ min: 3, max: 12 }),
  )
  .map(([kinds, choices, calls]) => {
    const pick: Pick = (among) => among[choices.next().value! % among.length]!;
    let known: Known = { uses: ['v0'], variables: ['v0'], classes: [] };
    const texts = ['let v0 = 1;'];
    kinds.forEach((kind, i) => {
      const { text, uses = [], variables = [], classes = [] } = declarations[kind]!(i + 1, known, pick);
      texts.push(text);
      known = {
        uses: [...known.uses, ...uses],
        variables: [...known.variables, ...variables],
        classes: [...known.classes, ...classes],
      };
    });
    const body = Array.from({ length: calls }, () => `attempt(() => ${pick(known.uses)});`);
    return `${texts.join('\n')}
      export function run(x) {
        const seen = [];
        const attempt = (call) => { try { seen.push(call()); } catch (error) { seen.push(error.name + ': ' + error.message); } };
        ${body.join('\n        ')}
        return seen;
      }`;
  });
