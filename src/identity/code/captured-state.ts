import { type CapturedVariables, capturedVariables, namesOf, packageOfImport } from '../../inspect/index.ts';

/** Whether all that a function depends on is its own source and what it is given. */
export function isAlone({ parsed, variables, globals }: CapturedVariables): boolean {
  const { usesThis, usesSuper, usesNewTarget, usesArguments, isDynamic } = namesOf(parsed).names;
  const isBound = usesThis || usesSuper || usesNewTarget || usesArguments || isDynamic;
  return variables.size === 0 && globals.length === 0 && parsed.form !== 'class' && !isBound;
}

/** Whether a captured variable may hold something else later; for a package's export that makes no difference. */
export function canChange(captured: CapturedVariables, writeOnly: ReadonlySet<string>): boolean {
  for (const { name, constant, mayBeUninitialised, imported } of captured.variables.values()) {
    if (writeOnly.has(name)) continue;
    if (mayBeUninitialised) return true;
    if (!constant && !(imported && packageOfImport(imported.specifier, captured.url))) return true;
  }
  return false;
}

/** Whether everything that a function captured, but for what it only writes, holds what it held. */
export function holdsSame(fn: Function, { variables }: CapturedVariables, writeOnly: ReadonlySet<string>): boolean {
  const now = capturedVariables(fn)?.variables;
  if (now?.size !== variables.size) return false;
  for (const [name, { value }] of variables)
    if (!writeOnly.has(name) && !Object.is(now.get(name)?.value, value)) return false;
  return true;
}
