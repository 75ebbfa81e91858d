import { disposeResources } from '../../graph/index.ts';
import { unpackAsync } from '../../pack/index.ts';
import type { FunctionDefinition } from '../provider.ts';
import { classCode } from './class-code.ts';
import type { Code } from './code.ts';
import { functionCode } from './function-code.ts';

/**
 * Makes the code of a definition ready to perform calls.
 *
 * @param resolveFrom Folder from which packages are looked up.
 * @throws UnpackError and whatever loading the code throws.
 */
export async function loadCode(
  kind: FunctionDefinition['kind'],
  bytes: Uint8Array,
  resolveFrom: string,
): Promise<Code> {
  switch (kind) {
    case 'function':
      return functionCode(await unpackAsync(bytes, { resolveFrom }), resolveFrom);
    case 'class':
      return classCode(await unpackAsync(bytes, { resolveFrom }), resolveFrom);
    case 'pipeline':
      return pipelineCode();
  }
}

async function pipelineCode(): Promise<Code> {
  // A large part of the library, which functions may do without.
  const { performJob } = await import('../../run/index.ts');
  return {
    givesBytes: true,
    perform: ({ args, signal, part, send }) => performJob(args[0]!, { signal, part, send }),
    end: disposeResources,
  };
}
