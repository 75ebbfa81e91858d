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

/** What tells a formatter, an encoder and their like from others of its class; `undefined` for everything else. */
export function settingsOf(value: object): unknown {
  return readers.get(Object.getPrototypeOf(value))?.(value as never);
}
