import { readFileSync } from 'node:fs';
import { UsageError } from './command.ts';

/** A value of the command line: JSON where it is JSON, `@file` for the JSON in a file, text otherwise. @throws UsageError */
export function readValue(text: string): unknown {
  if (text.startsWith('@')) return readJsonFile(text.slice(1));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`@${file}: ${(error as Error).message}.`);
  }
}
