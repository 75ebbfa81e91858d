import { UsageError } from './command.ts';
import { readValue } from './read-value.ts';

const camelCase = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Inputs from `--name value`, `--name=value`, `--flag` and `--no-flag`. @throws UsageError for anything else. */
export function parseInputs(parameters: readonly string[]): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index]!;
    if (!parameter.startsWith('--')) throw new UsageError(`'${parameter}' is no --name.`);
    const [flag, inline] = splitOnce(parameter.slice(2), '=');
    const next = parameters[index + 1];
    if (inline !== undefined) inputs[camelCase(flag)] = readValue(inline);
    else if (next !== undefined && !next.startsWith('--')) {
      inputs[camelCase(flag)] = readValue(next);
      index++;
    } else if (flag.startsWith('no-')) inputs[camelCase(flag.slice(3))] = false;
    else inputs[camelCase(flag)] = true;
  }
  return inputs;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
