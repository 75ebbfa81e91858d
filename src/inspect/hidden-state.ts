import { types } from 'node:util';
import { capturedVariables } from './captured-variables.ts';
import { parseFunction } from './parse-function.ts';

/** Whether instances of a class have `#private` members, which nothing outside the class can see. */
export function hasPrivateMembers(made: Function): boolean {
  const parsed = parseFunction(made);
  if (!parsed.ok || parsed.form !== 'class') return false;
  const { body } = parsed.node as { body: { body: readonly { static?: boolean; key?: { type: string } }[] } };
  return body.body.some((member) => !member.static && member.key?.type === 'PrivateIdentifier');
}

/** Whether a class keeps something about its instances apart from them, as compilers do with `#private` members. */
export function keepsStateApart(made: Function): boolean {
  for (const { value } of capturedVariables(made)?.variables.values() ?? []) {
    if (types.isWeakMap(value) || types.isWeakSet(value)) return true;
  }
  return false;
}
