import {
  answersLater,
  type CapturedVariable,
  type CapturedVariables,
  capturedVariables,
  isKnownGlobal,
} from '../inspect/index.ts';
import { PRIVATE } from './class-code.ts';
import type { Encoder } from './encoder.ts';
import { Capture } from './format.ts';
import type { FunctionCode } from './function-code.ts';
import { learnImport } from './references/package-reference.ts';
import { Refusal } from './refusal.ts';

/** What a function closes over. @throws Refusal where the runtime does not tell. */
export function requireVariables(fn: Function): CapturedVariables {
  const captured = capturedVariables(fn);
  if (captured) return captured;
  throw new Refusal(
    'a function whose variables this runtime does not show',
    answersLater
      ? 'Deno tells it only later: use packAsync.'
      : 'Enable the inspector of Node, or pass what the function needs as arguments.',
  );
}

/** What vite and vitest make of `import()`. */
const VITE_DYNAMIC_IMPORT = /^__vi(?:te_ssr_dynamic)?_import__$/;
let plainImport: unknown;
/** The same for where there is no vite; evaluated, so that it travels as text. */
function dynamicImport(): unknown {
  // biome-ignore lint/security/noGlobalEval: a function of this file would travel by the name of its package.
  plainImport ??= globalThis.eval('(specifier) => import(specifier)');
  return plainImport;
}

/** Writes the names that a function closes over, and their values as they are now. */
export function writeVariables(encoder: Encoder, captured: CapturedVariables, code: FunctionCode): void {
  const { given } = code;
  const { heads, bodies } = encoder;
  const globals = captured.globals.filter(
    ({ name }) => !isKnownGlobal(name) && Object.hasOwn(globalThis, name) && !code.unusedNames.has(name),
  );
  const variables = heldVariables(captured, code);
  heads.unsigned(variables.length + globals.length + given.length);
  for (const { name, value, constant, isUninitialised, scope, exporter, imported, writtenHere } of variables) {
    heads.string(name);
    if (isUninitialised) {
      throw new Refusal(
        `a function that uses '${name}', whose declaration was not reached yet`,
        `Pack it after '${name}' has got its value.`,
      );
    }
    if (imported) {
      learnImport(value, imported, captured.url);
      if (captured.url) encoder.namespaces.set(value, { specifier: imported.specifier, importer: captured.url });
    }
    if (VITE_DYNAMIC_IMPORT.test(name)) {
      bodies.byte(Capture.value);
      encoder.slot(dynamicImport(), name);
    } else if (exporter) {
      bodies.byte(Capture.read);
      bodies.unsigned(encoder.refer(encoder.variables.of(exporter.scope, exporter.name, value), name));
    } else if (constant || imported) {
      bodies.byte(Capture.value);
      encoder.slot(value, name);
    } else {
      bodies.byte(writtenHere ? Capture.written : Capture.read);
      bodies.unsigned(encoder.refer(encoder.variables.of(scope('sure'), name, value), name));
    }
  }
  const values = globals.map(({ name }) => ({ name, value: (globalThis as Record<string, unknown>)[name] }));
  for (const { name, value } of [...values, ...given]) {
    heads.string(name);
    bodies.byte(Capture.value);
    encoder.slot(value, name);
  }
}

/** The variables that the code of a function holds on the other side. */
function heldVariables(
  { variables, ownVariable }: CapturedVariables,
  { unusedNames }: FunctionCode,
): readonly CapturedVariable[] {
  const held = [...variables.values()].filter(({ name }) => name !== PRIVATE && !unusedNames.has(name));
  return ownVariable && !variables.has(ownVariable.name) ? [...held, ownVariable] : held;
}
