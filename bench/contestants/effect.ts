import { Effect, Stream } from 'effect';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

/** As many at once as hypernodes allows by default. */
const concurrency = 100;

const perItem = (item: number) =>
  Effect.gen(function* () {
    const incremented = yield* Effect.promise(() => increment(item));
    const doubled = yield* Effect.promise(() => double(incremented));
    return yield* Effect.promise(() => decrement(doubled));
  });

export default {
  chain(nodes) {
    const chain = Effect.gen(function* () {
      let value = 0;
      for (let node = 0; node < nodes; node++) value = yield* Effect.promise(() => increment(value));
      return value;
    });
    return () => Effect.runPromise(chain);
  },

  fanOut(nodes) {
    const add = async (one: number, index: number): Promise<number> => one + index;
    const fan = Effect.forEach(range(nodes), (index) => Effect.promise(() => add(1, index)), {
      concurrency: 'unbounded',
    }).pipe(Effect.map(sum));
    return () => Effect.runPromise(fan);
  },

  items(items) {
    const all = Effect.forEach(range(items), perItem, { concurrency }).pipe(Effect.map(sum));
    return () => Effect.runPromise(all);
  },

  nestedItems(lists, items) {
    const perList = (list: readonly number[]) =>
      Effect.forEach(list, perItem, { concurrency: 10 }).pipe(Effect.map(sum));
    const all = Effect.forEach(
      range(lists).map(() => range(items)),
      perList,
      { concurrency: 10 },
    ).pipe(Effect.map(sum));
    return () => Effect.runPromise(all);
  },

  stream(items) {
    const total = Stream.range(0, items - 1).pipe(
      Stream.mapEffect(perItem, { concurrency }),
      Stream.runFold(
        () => 0,
        (before, value) => before + value,
      ),
    );
    return () => Effect.runPromise(total);
  },
} satisfies Contestant;
