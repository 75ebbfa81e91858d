import { processRegistry } from './process-registry.ts';

interface KnownSymbols {
  readonly ids: WeakMap<symbol, string>;
  readonly byId: Map<string, symbol>;
}

const known = processRegistry<KnownSymbols>('symbols', () => ({ ids: new WeakMap<symbol, string>(), byId: new Map() }));

/**
 * The id of a unique symbol in payloads: its description and how many symbols with that description had an id before, so
 * that equal programs give equal bytes.
 */
export function symbolId(value: symbol): string {
  let id = known.ids.get(value);
  if (id === undefined) {
    let ordinal = 0;
    do id = `${value.description ?? ''}#${ordinal++}`;
    while (known.byId.has(id));
    remember(id, value);
  }
  return id;
}

/** The symbol of an id: the same one whenever it arrives, and the original where it came from. */
export function symbolOf(id: string, description: string | undefined): symbol {
  const value = known.byId.get(id);
  if (value !== undefined) return value;
  const made = Symbol(description);
  remember(id, made);
  return made;
}

function remember(id: string, value: symbol): void {
  known.byId.set(id, value);
  known.ids.set(value, id);
}
