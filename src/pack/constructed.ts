/** A constructor of the language or platform, and arguments from which it makes an equal object. */
export interface Constructed {
  /** Dotted path from the global object. */
  readonly path: string;
  readonly args: readonly unknown[];
}

type Arguments = (value: never) => readonly unknown[];

const recipes: Readonly<Record<string, Arguments>> = {
  URL: (value: URL) => [value.href],
  URLSearchParams: (value: URLSearchParams) => [String(value)],
  TextEncoder: () => [],
  TextDecoder: ({ encoding, fatal, ignoreBOM }: InstanceType<typeof TextDecoder>) => [encoding, { fatal, ignoreBOM }],
  Headers: (value: Headers) => [[...value]],
  DOMException: (value: DOMException) => [value.message, domExceptionKind(value)],
  'Intl.Collator': intl,
  'Intl.DateTimeFormat': intl,
  'Intl.DisplayNames': intl,
  'Intl.DurationFormat': intl,
  'Intl.ListFormat': intl,
  'Intl.NumberFormat': intl,
  'Intl.PluralRules': intl,
  'Intl.RelativeTimeFormat': intl,
  'Intl.Segmenter': intl,
  'Intl.Locale': (value: Intl.Locale) => [String(value)],
};

function domExceptionKind(value: DOMException): unknown {
  const { name } = value;
  return 'cause' in value ? { name, cause: value.cause } : name;
}

/** Settings that the formatters report and do not take back, or that follow from others. */
const derived = new Set(['locale', 'pluralCategories', 'roundingIncrement', 'roundingPriority', 'trailingZeroDisplay']);

function intl(value: { resolvedOptions(): object }): readonly unknown[] {
  const { locale } = value.resolvedOptions() as { locale: string };
  const settings = Object.entries(value.resolvedOptions()).filter(([name]) => !derived.has(name));
  return [locale, Object.fromEntries(settings)];
}

/** How to make an object of the platform again; `undefined` for everything else. */
export function constructedArguments(value: object): Constructed | undefined {
  const made: unknown = Reflect.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, 'constructor')?.value;
  if (typeof made !== 'function') return undefined;
  for (const path of [made.name, `Intl.${made.name}`]) {
    const recipe = Object.hasOwn(recipes, path) ? recipes[path] : undefined;
    if (recipe && constructorAt(path) === made) return { path, args: recipe(value as never) };
  }
  return undefined;
}

/** The constructor of a recipe; `undefined` for a path that has none. */
export function constructorAt(path: string): (new (...args: unknown[]) => object) | undefined {
  if (!Object.hasOwn(recipes, path)) return undefined;
  let at: unknown = globalThis;
  for (const name of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[name];
  return at as (new (...args: unknown[]) => object) | undefined;
}
