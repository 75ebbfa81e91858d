import type { StandardSchemaV1 } from '@standard-schema/spec';
import { UsageError } from './command.ts';

/** What a flag may be, found out by asking its schema: Standard Schema has no other way. */
export interface FlagSchema {
  readonly kind: 'boolean' | 'any';
  /** Whether the flag may be left out. */
  readonly isOptional: boolean;
  /** What it is then. */
  readonly defaultValue: unknown;
  /** The value that the schema makes of the first of these that it takes. @throws UsageError when it takes none. */
  accept(candidates: readonly unknown[], spelling: string): Promise<unknown>;
}

/** Finds out what each of these schemas takes. */
export async function flagSchemas(
  schemas: Readonly<Record<string, StandardSchemaV1>>,
): Promise<Record<string, FlagSchema>> {
  const entries = Object.entries(schemas).map(async ([name, schema]) => [name, await flagSchema(schema)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function flagSchema(schema: StandardSchemaV1): Promise<FlagSchema> {
  const validate = async (value: unknown) => schema['~standard'].validate(value);
  const takes = async (value: unknown): Promise<boolean> => (await validate(value)).issues === undefined;
  const absent = await validate(undefined);
  const isOptional = absent.issues === undefined;
  const takesBooleans = (await takes(true)) && (await takes(false));
  return {
    kind: takesBooleans && !(await takes(7)) && !(await takes('text')) ? 'boolean' : 'any',
    isOptional,
    defaultValue: absent.issues === undefined ? absent.value : undefined,
    async accept(candidates, spelling) {
      let issues: readonly StandardSchemaV1.Issue[] = [];
      for (const candidate of candidates) {
        const checked = await validate(candidate);
        if (checked.issues === undefined) return checked.value;
        issues = issues.length === 0 ? checked.issues : issues;
      }
      throw new UsageError(`--${spelling}: ${issues.map(({ message }) => message).join('; ')}.`);
    },
  };
}
