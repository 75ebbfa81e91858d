import { types } from 'node:util';

/** What a zod schema, or one of its checks, was made from. */
export interface SchemaDefinition {
  readonly version: string;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Zod4 {
  readonly def?: Readonly<Record<string, unknown>>;
  readonly version?: unknown;
  readonly check?: unknown;
}

/** Values that are made anew whenever they are read: the function that makes them stands for them. */
const MADE = new Set(['defaultValue', 'prefault']);
/** Parts that only word messages. */
const WORDING = new Set(['error', 'errorMap', 'message', 'description']);

/**
 * The definition of a zod schema: the schema itself is closures of the library, which say nothing shorter than all of it.
 * `undefined` for everything else.
 */
export function schemaDefinition(value: unknown): SchemaDefinition | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  const { _zod: zod4, _def: zod3 } = value as { readonly _zod?: Zod4; readonly _def?: Record<string, unknown> };
  if (typeof zod4 === 'object' && typeof zod4?.def === 'object') {
    const { def, version = {}, check } = zod4;
    const content = partsOf(def);
    // Of `superRefine` the definition has nothing.
    if (def.check === 'custom' && def.fn === undefined) content.run = check;
    return { version: JSON.stringify(version), content };
  }
  if (typeof zod3 === 'object' && typeof zod3?.typeName === 'string' && '~standard' in value) {
    const content = partsOf(zod3);
    if (typeof content.shape === 'function') content.shape = (content.shape as () => unknown)();
    return { version: '3', content };
  }
  return undefined;
}

function partsOf(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const key of Object.keys(definition).sort()) {
    if (WORDING.has(key)) continue;
    const made = MADE.has(key) ? Reflect.getOwnPropertyDescriptor(definition, key)?.get : undefined;
    content[key] = made ?? definition[key];
  }
  return content;
}
