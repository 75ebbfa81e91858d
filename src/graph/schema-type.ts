import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

interface JsonSchema {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const LONGEST = 40;

/**
 * What a schema takes or gives, as TypeScript would write it: `string`, `number[]`; of the property of that name, if one is
 * given. `undefined` where the library of the schema has no JSON Schema for it.
 */
export function schemaType(schema: StandardSchemaV1, side: 'input' | 'output', property?: string): string | undefined {
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  try {
    const json = jsonSchema?.[side]({ target: 'draft-2020-12' });
    if (property === undefined) return json && typeOf(json);
    const properties = json?.properties as Readonly<Record<string, JsonSchema>> | undefined;
    return properties && Object.hasOwn(properties, property) ? typeOf(properties[property]!) : undefined;
  } catch {
    // Not every schema can be said in JSON.
    return undefined;
  }
}

function typeOf(json: JsonSchema): string | undefined {
  const text = write(json);
  return text !== undefined && text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function write({ type, const: constant, enum: values, items, anyOf, oneOf }: JsonSchema): string | undefined {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return join(choices.map(write));
  if (Array.isArray(type)) return join(type.map((each: unknown) => write({ type: each })));
  if (type === 'integer') return 'number';
  if (type !== 'array') return typeof type === 'string' ? type : undefined;
  const item = (items && write(items)) ?? 'unknown';
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
}

const join = (types: readonly (string | undefined)[]): string | undefined =>
  types.includes(undefined) ? undefined : [...new Set(types)].join(' | ');
