import { nearMiss } from '../graph/index.ts';
import type { ReadParameter } from '../inspect/index.ts';
import { UsageError } from './command.ts';
import { readValue } from './read-value.ts';

/** One flag that a script takes. */
export interface Flag {
  /** The parameter that it becomes. */
  readonly name: string;
  /** What it is called on the command line, without dashes. */
  readonly spelling: string;
  readonly kind: 'number' | 'boolean' | 'text' | 'any';
  /** As it is written in the script; absent when the flag is required. */
  readonly defaultText: string | undefined;
}

/** The flags for these parameters; what a flag may be follows from its default. */
export function flagsFor(parameters: readonly ReadParameter[]): Flag[] {
  return parameters.map(({ name, defaultText }) => ({
    name,
    spelling: kebabCase(name),
    kind: kindOf(defaultText),
    defaultText,
  }));
}

const kebabCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-');

function kindOf(defaultText: string | undefined): Flag['kind'] {
  if (defaultText === undefined) return 'any';
  if (/^(true|false|!0|!1)$/.test(defaultText)) return 'boolean';
  if (/^-?(\d|\.\d)/.test(defaultText)) return 'number';
  return /^['"`]/.test(defaultText) ? 'text' : 'any';
}

/** One line per flag, for `--help`. */
export function describeFlags(flags: readonly Flag[]): string {
  const lines = flags.map(({ spelling, kind, defaultText }) => {
    const flag =
      kind === 'boolean' ? `--${spelling}, --no-${spelling}` : `--${spelling} <${kind === 'any' ? 'value' : kind}>`;
    return [flag, defaultText === undefined ? 'required' : `default: ${defaultText}`] as const;
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
export function parseFlags(flags: readonly Flag[], parameters: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index]!;
    if (!parameter.startsWith('--')) throw new UsageError(`'${parameter}' is no flag; write --name value.`);
    const equals = parameter.indexOf('=');
    const spelling = parameter.slice(2, equals < 0 ? undefined : equals);
    const inline = equals < 0 ? undefined : parameter.slice(equals + 1);
    const { flag, isNegated } = find(flags, spelling);
    if (flag.kind === 'boolean') values[flag.name] = booleanOf(spelling, inline, isNegated);
    else {
      const text = inline ?? parameters[++index];
      if (text === undefined) throw new UsageError(`--${spelling} needs a value.`);
      values[flag.name] = convert(flag, text);
    }
  }
  const missing = flags.filter(({ name, defaultText }) => defaultText === undefined && !Object.hasOwn(values, name));
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

function convert({ spelling, kind }: Flag, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'number') {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value))
      throw new UsageError(`--${spelling} is '${text}'; expected a number.`);
    return value;
  }
  return readValue(text);
}
