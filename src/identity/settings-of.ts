/** Classes of the language and of Node that are nothing but their settings, with how to read these. */
const readers = new Map<unknown, (value: never) => unknown>([
  [TextEncoder.prototype, ({ encoding }: InstanceType<typeof TextEncoder>) => ({ encoding })],
  [
    TextDecoder.prototype,
    ({ encoding, fatal, ignoreBOM }: InstanceType<typeof TextDecoder>) => ({ encoding, fatal, ignoreBOM }),
  ],
  [Intl.Locale.prototype, (locale: Intl.Locale) => locale.toString()],
]);
for (const name of Object.getOwnPropertyNames(Intl)) {
  const prototype: unknown = (Intl as unknown as Record<string, { readonly prototype?: unknown }>)[name]?.prototype;
  if (typeof (prototype as { resolvedOptions?: unknown } | undefined)?.resolvedOptions !== 'function') continue;
  readers.set(prototype, (value: { resolvedOptions(): unknown }) => value.resolvedOptions());
}

/** What tells a formatter, an encoder and their like, or one of a class that extends theirs, from others of its kind. */
export function settingsOf(value: object): { readonly kind: string; readonly settings: unknown } | undefined {
  for (let at: unknown = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    const read = readers.get(at);
    if (read)
      return { kind: (at as { readonly constructor: Function }).constructor.name, settings: read(value as never) };
  }
  return undefined;
}
