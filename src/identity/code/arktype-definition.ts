import { digest } from '../digest.ts';

interface TypeNode {
  readonly kind?: unknown;
  readonly unit?: unknown;
  readonly references?: readonly TypeNode[];
  readonly json?: unknown;
  readonly $?: { readonly resolvedConfig?: Readonly<Record<string, unknown>> };
}

/**
 * What a type of arktype was made from, as far as its own JSON says all of it: no functions (`$ark.fn1`), no names that a
 * scope gives (`$tree`), no values that look like others there, no settings but plain ones. `undefined` for everything else.
 */
export function arktypeDefinition(type: object): string | undefined {
  const { $ark } = globalThis as { $ark?: { readonly version?: unknown; readonly defaultConfig?: object } };
  const node = (type as { readonly internal?: TypeNode }).internal;
  const settings = node?.$?.resolvedConfig;
  if (!$ark?.defaultConfig || typeof $ark.version !== 'string' || !node?.references || !settings) return undefined;
  const own = Object.entries($ark.defaultConfig)
    .map(([key, usual]) => [key, settings[key], usual] as const)
    .filter(([, value, usual]) => value !== usual);
  if (own.some(([, value]) => !isPlain(value)) || !saysAll(node.json)) return undefined;
  if (!node.references.every(({ kind, unit }) => kind !== 'unit' || isPlain(unit))) return undefined;
  return digest([$ark.version, node.json, own.map(([key, value]) => [key, value])]);
}

/** Values that are the same in JSON as they are here, and no other's. */
const isPlain = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

function saysAll(json: unknown): boolean {
  if (typeof json === 'string') return !json.startsWith('$');
  if (typeof json !== 'object' || json === null) return json !== undefined;
  return Object.values(json).every(saysAll);
}
