import type { Encoder } from './encoder.ts';
import { Kind, SymbolForm } from './format.ts';
import { symbolId } from './known-symbols.ts';

/** A symbol as a value: registered ones by key, those of the language by name, others by an id that keeps them the same. */
export function writeSymbol(encoder: Encoder, value: symbol): void {
  encoder.heads.byte(Kind.symbol);
  writeSymbolHead(encoder, value);
}

/** Which symbol it is. */
export function writeSymbolHead({ heads }: Encoder, value: symbol): void {
  const key = Symbol.keyFor(value);
  if (key !== undefined) {
    heads.byte(SymbolForm.registered);
    heads.string(key);
    return;
  }
  const name = wellKnownName(value);
  if (name !== undefined) {
    heads.byte(SymbolForm.wellKnown);
    heads.string(name);
    return;
  }
  heads.byte(SymbolForm.unique);
  heads.string(symbolId(value));
  heads.byte(value.description === undefined ? 0 : 1);
  heads.string(value.description ?? '');
}

function wellKnownName(value: symbol): string | undefined {
  const { description } = value;
  if (!description?.startsWith('Symbol.')) return undefined;
  const name = description.slice('Symbol.'.length);
  return (Symbol as unknown as Record<string, unknown>)[name] === value ? name : undefined;
}
