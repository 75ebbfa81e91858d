import type { RawScope } from './inspector.ts';

/** What a variable of a scope holds. Node 20 shows one whose declaration was not reached as `undefined`; from Node 22 on, reading it throws. */
export function readSlot(
  variables: RawScope['variables'],
  name: string,
): { readonly value: unknown; readonly uninitialised: boolean } {
  try {
    return { value: variables[name], uninitialised: false };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, uninitialised: true };
  }
}
