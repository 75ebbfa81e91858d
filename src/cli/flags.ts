import { inspect } from 'node:util';
import { nearMiss } from '../graph/index.ts';
import type { ReadParameter } from '../inspect/index.ts';
import { UsageError } from './command.ts';
import type { FlagSchema } from './flag-schema.ts';
import { readValue } from './read-value.ts';

/** One flag that a script takes. */
export interface Flag {
  /** The parameter that it becomes. */
  readonly name: string;
  /** What it is called on the command line, without dashes. */
  readonly spelling: string;
  readonly kind: 'number' | 'boolean' | 'text' | 'any';
  /** As it is written in the script, or what its schema gives when there is no value. */
  readonly defaultText: string | undefined;
  readonly isRequired: boolean;
  /** What its schema gives when there is no value, and the script doesn't say either. */
  readonly defaultValue?: unknown;
  /** Says what its value may be, and makes it of the text. */
  readonly schema?: FlagSchema | undefined;
}

/** The flags for these parameters; what a flag may be follows from its schema, or else from its default. */
export function flagsFor(
  parameters: readonly ReadParameter[],
  schemas: Readonly<Record<string, FlagSchema>> = {},
): Flag[] {
  return parameters.map(({ name, defaultText }) => {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    return {
      name,
      spelling: kebabCase(name),
      kind: schema?.kind ?? kindOf(defaultText),
      defaultText: defaultText ?? (schema?.defaultValue === undefined ? undefined : inspect(schema.defaultValue)),
      isRequired: defaultText === undefined && schema?.isOptional !== true,
      defaultValue: defaultText === undefined ? schema?.defaultValue : undefined,
      schema,
    };
  });
}

/** `maxHTTPRetries` as `max-http-retries`. */
const kebabCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

function kindOf(defaultText: string | undefined): Flag['kind'] {
  if (defaultText === undefined) return 'any';
  if (/^(true|false|!0|!1)$/.test(defaultText)) return 'boolean';
  if (/^-?(\d|\.\d)/.test(defaultText)) return 'number';
  return /^['"`]/.test(defaultText) ? 'text' : 'any';
}

/** One line per flag, for `--help`. */
export function describeFlags(flags: readonly Flag[]): string {
  const lines = flags.map(({ spelling, kind, defaultText, isRequired }) => {
    const flag =
      kind === 'boolean' ? `--${spelling}, --no-${spelling}` : `--${spelling} <${kind === 'any' ? 'value' : kind}>`;
    const otherwise = defaultText === undefined ? 'optional' : `default: ${defaultText}`;
    return [flag, isRequired ? 'required' : otherwise] as const;
  });
  const width = Math.max(0, ...lines.map(([flag]) => flag.length));
  return lines.map(([flag, note]) => `  ${flag.padEnd(width)}  ${note}`).join('\n');
}

/**
 * Values of the flags by parameter name. `--name value`, `--name=value`, `--flag`, `--no-flag`; values of any kind are JSON, `@file` for
 * the JSON in a file, or text.
 *
 * @throws UsageError for flags that the script doesn't take, lacks, or takes otherwise.
 */
export async function parseFlags(
  flags: readonly Flag[],
  parameters: readonly string[],
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index]!;
    if (!parameter.startsWith('--')) throw new UsageError(`'${parameter}' is no flag; write --name value.`);
    const equals = parameter.indexOf('=');
    const spelling = parameter.slice(2, equals < 0 ? undefined : equals);
    const inline = equals < 0 ? undefined : parameter.slice(equals + 1);
    const { flag, isNegated } = find(flags, spelling);
    if (flag.kind === 'boolean') {
      const value = booleanOf(spelling, inline, isNegated);
      values[flag.name] = flag.schema === undefined ? value : await flag.schema.accept([value], spelling);
    } else {
      const text = inline ?? parameters[++index];
      if (text === undefined) throw new UsageError(`--${spelling} needs a value.`);
      values[flag.name] = await convert(flag, text);
    }
  }
  for (const { name, defaultValue } of flags) {
    if (defaultValue !== undefined && !Object.hasOwn(values, name)) values[name] = defaultValue;
  }
  const missing = flags.filter(({ name, isRequired }) => isRequired && !Object.hasOwn(values, name));
  if (missing.length > 0) throw new UsageError(`missing ${missing.map(({ spelling }) => `--${spelling}`).join(', ')}.`);
  return values;
}

function find(flags: readonly Flag[], spelling: string): { flag: Flag; isNegated: boolean } {
  for (const flag of flags) {
    if (spelling === flag.spelling || spelling === flag.name) return { flag, isNegated: false };
    if (flag.kind === 'boolean' && spelling === `no-${flag.spelling}`) return { flag, isNegated: true };
  }
  const spellings = flags.map((flag) => flag.spelling);
  const guess = nearMiss(spelling, spellings);
  const known =
    spellings.length === 0 ? 'It takes none' : `It takes ${spellings.map((known) => `--${known}`).join(', ')}`;
  throw new UsageError(`there is no flag --${spelling}. ${guess === undefined ? known : `Did you mean --${guess}?`}`);
}

function booleanOf(spelling: string, inline: string | undefined, isNegated: boolean): boolean {
  if (inline === undefined) return !isNegated;
  if (!isNegated && (inline === 'true' || inline === 'false')) return inline === 'true';
  throw new UsageError(`--${spelling} is '${inline}'; expected true, false or nothing.`);
}

function convert({ spelling, kind, schema }: Flag, text: string): unknown {
  // `42` may be meant as a text: the schema knows.
  if (schema !== undefined) return schema.accept([readValue(text), text], spelling);
  if (kind === 'text') return text;
  if (kind === 'number') {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value))
      throw new UsageError(`--${spelling} is '${text}'; expected a number.`);
    return value;
  }
  return readValue(text);
}
