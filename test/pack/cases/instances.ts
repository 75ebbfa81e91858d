import type { Cases } from './case.ts';

// Closures of one function called several times, whose variables hold the same when they are packed.

function state<T>(value: T): [() => T, (next: T) => void] {
  return [
    () => value,
    (next) => {
      value = next;
    },
  ];
}
const [getA, setA] = state(0);
const [getB, setB] = state(0);
const [getText, setText] = state('a');
const [getText2, setText2] = state('a');
const [getNothing, setNothing] = state<unknown>(undefined);
const [getNothing2, setNothing2] = state<unknown>(undefined);
const options = { by: 1 };
const [getOptions, setOptions] = state(options);
const [getOptions2, setOptions2] = state(options);

const makeCounter = () => {
  let n = 0;
  return { up: () => ++n, read: () => n };
};
const [a, b, c, d] = [makeCounter(), makeCounter(), makeCounter(), makeCounter()];
const lent = { read: a.read, up: b.up };
const swapped = { c: { up: d.up, read: c.read }, d: { up: c.up, read: d.read } };

function outer() {
  let total = 0;
  const inner = () => {
    let own = 0;
    return { add: () => [++own, ++total], read: () => [own, total] };
  };
  return [inner(), inner()] as const;
}
const [one, two] = outer();
const [three, four] = outer();

/** A method between the variable and the functions has its name. */
const makeNamed = () => {
  let count = 0;
  return {
    label: 'x',
    count() {
      return [() => `${this.label}${++count}`, () => count] as const;
    },
  };
};
const [named, otherNamed] = [makeNamed(), makeNamed()];
const [[upNamed], [, readNamed]] = [named.count(), named.count()];
const [, readOther] = otherNamed.count();

const makeClass = () => {
  let made = 0;
  return class {
    up = () => ++made;
    read = () => made;
  };
};
const [Made, Other] = [makeClass(), makeClass()];
const { up: upMade } = new Made();
const { up: upAgain, read: readMade } = new Made();
const { read: readOtherMade } = new Other();

const rounds: { up(): number; read(): number }[] = [];
for (let i = 0; rounds.length < 3; ) rounds.push({ up: () => ++i, read: () => i });
const [first, second, third] = rounds as [(typeof rounds)[0], (typeof rounds)[0], (typeof rounds)[0]];

const withOwnObject = () => {
  const seen: number[] = [];
  let n = 0;
  return { up: () => seen.push(++n), read: () => [n, seen.length] };
};
const [own, otherOwn] = [withOwnObject(), withOwnObject()];

export const instances: Cases = {
  'those that were made together share, those that were not do not': () => {
    const before = [getA(), getB()];
    setB(2);
    setA(1);
    return [before, getA(), getB()];
  },
  'with texts': () => {
    setText2('c');
    setText('b');
    return [getText2(), getText()];
  },
  'with nothing in them': () => [setNothing2(2), getNothing(), setNothing(1), getNothing2()],
  'with an object that both have': () => [setOptions2({ by: 2 }), getOptions(), setOptions({ by: 3 }), getOptions2()],
  'two that were made apart': () => [lent.up(), lent.up(), lent.read()],
  'two that swapped': () => [swapped.c.up(), swapped.c.read(), swapped.d.read(), swapped.d.up(), swapped.c.read()],
  'with instances inside of them': () => [one.add(), three.add(), two.read(), four.add(), three.read(), one.read()],
  'in a method called like the variable': () => [upNamed(), readOther(), readNamed()],
  'in fields of a class': () => [upMade(), upAgain(), readOtherMade(), readMade()],
  'of the rounds of a loop': () => [third.up(), second.up(), second.up(), first.read(), second.read(), third.read()],
  'with an object of their own': () => [own.up(), otherOwn.read(), own.read()],
};
