/** Makes an object with certain keys from their values: up to three as parameters, more as one list. */
export type ArgumentsConstructor = new (...values: unknown[]) => Record<string, unknown>;

interface Shape {
  readonly Arguments: ArgumentsConstructor;
  /** Never read: as long as one object of a hidden class lives, V8 keeps the machine code that is compiled for it. */
  readonly example: Record<string, unknown>;
}

const shapes = new Map<string, Shape>();

/**
 * A constructor of objects with these keys.
 *
 * Objects from one constructor share a hidden class, which makes them three times as fast to build and read as
 * `{}` filled by name; their prototype is `Object.prototype`, so that nobody can tell them from a literal.
 */
export function argumentsOf(names: readonly string[]): ArgumentsConstructor {
  const key = names.join('\n');
  let shape = shapes.get(key);
  if (shape === undefined) {
    const Arguments = build(names);
    const nothing = names.map(() => undefined);
    shape = { Arguments, example: names.length > 3 ? new Arguments(nothing) : new Arguments(...nothing) };
    shapes.set(key, shape);
  }
  return shape.Arguments;
}

/** Object with these values, made by a constructor for as many names. */
export function construct(Arguments: ArgumentsConstructor, values: readonly unknown[]): Record<string, unknown> {
  switch (values.length) {
    case 0:
      return new Arguments();
    case 1:
      return new Arguments(values[0]);
    case 2:
      return new Arguments(values[0], values[1]);
    case 3:
      return new Arguments(values[0], values[1], values[2]);
    default:
      return new Arguments(values);
  }
}

/** Object with the values of these slots, made by a constructor for as many names. */
export function gather(
  Arguments: ArgumentsConstructor,
  slots: readonly number[],
  values: readonly unknown[],
): Record<string, unknown> {
  switch (slots.length) {
    case 0:
      return new Arguments();
    case 1:
      return new Arguments(values[slots[0]!]);
    case 2:
      return new Arguments(values[slots[0]!], values[slots[1]!]);
    case 3:
      return new Arguments(values[slots[0]!], values[slots[1]!], values[slots[2]!]);
    default:
      // As one list: spreading 100,000 values over the stack would overflow it.
      return new Arguments(slots.map((slot) => values[slot]));
  }
}

function build(names: readonly string[]): ArgumentsConstructor {
  type Target = Record<string, unknown>;
  const [a, b, c] = names as [string, string, string];
  let Arguments: unknown;
  if (names.includes('__proto__')) {
    Arguments = function (this: Target, ...given: unknown[]) {
      const values = names.length > 3 ? (given[0] as unknown[]) : given;
      names.forEach((name, index) => {
        Object.defineProperty(this, name, {
          value: values[index],
          enumerable: true,
          writable: true,
          configurable: true,
        });
      });
    };
  } else if (names.length === 0) Arguments = function (this: Target) {};
  else if (names.length === 1) {
    Arguments = function (this: Target, first: unknown) {
      this[a] = first;
    };
  } else if (names.length === 2) {
    Arguments = function (this: Target, first: unknown, second: unknown) {
      this[a] = first;
      this[b] = second;
    };
  } else if (names.length === 3) {
    Arguments = function (this: Target, first: unknown, second: unknown, third: unknown) {
      this[a] = first;
      this[b] = second;
      this[c] = third;
    };
  } else {
    Arguments = function (this: Target, values: unknown[]) {
      for (let index = 0; index < names.length; index++) this[names[index]!] = values[index];
    };
  }
  (Arguments as { prototype: unknown }).prototype = Object.prototype;
  return Arguments as ArgumentsConstructor;
}
