/**
 * A table that all copies of this library in one thread share: they may meet each other's values.
 *
 * @param name What is in the table.
 * @param make Makes it, if it is not there yet.
 */
export function processRegistry<Table>(name: string, make: () => Table): Table {
  const key = Symbol.for(`hypernodes.pack.${name}`);
  const holder = globalThis as { [key: symbol]: Table | undefined };
  const known = holder[key];
  if (known !== undefined) return known;
  const made = make();
  Object.defineProperty(globalThis, key, { value: made });
  return made;
}
