/**
 * Main program of the sandbox of a spawned call: performs the call, with the retries and limits of its function, and
 * leaves what came of it.
 *
 * Arguments: the name of the call, seconds to stay after it, and seconds without a sign of life after which it ends when
 * its job is not there yet.
 */
import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpack } from '../../pack/index.ts';
import {
  type CallRequest,
  ContainerProvider,
  type DeploymentObserver,
  type FunctionDefinition,
  packError,
  type VolumeStore,
} from '../../remote/index.ts';
import { envelopeHeader } from '../envelope.ts';
import { runnerPath } from '../image/runtime-files.ts';
import { OutcomeKind } from '../spawn/outcome.ts';
import { jobFile, jobReadyFile, outcomeDoneFile, outcomeFile, resultsFolder } from './places.ts';
import { ProcessHost } from './process-host.ts';
import { SignOfLife } from './sign-of-life.ts';

interface Job {
  readonly definition: FunctionDefinition;
  readonly request: Pick<CallRequest, 'args' | 'parts' | 'method' | 'attempts'>;
  readonly takesYields: boolean;
}

const [, , key = '', stay = '0', patience = '60'] = process.argv;
const life = new SignOfLife(Number(patience) * 1000);
while (!existsSync(jobReadyFile)) {
  // Whoever started this is gone before it said what to do.
  if (life.isOver()) process.exit(1);
  await sleep(20);
}
const { definition, request, takesYields } = unpack(readFileSync(jobFile)) as Job;

function leave(kind: number, content: Uint8Array): void {
  appendFileSync(outcomeFile, Buffer.concat([envelopeHeader(kind, content.length), content]));
}

/** The pool within a container; volumes are mounted in it. */
class InnerProvider extends ContainerProvider {
  volume(): VolumeStore {
    throw new Error('Volumes are mounted in the container; a call in it has no other way to them.');
  }
}

const heap = definition.container.memory
  ? [`--max-old-space-size=${Math.floor(definition.container.memory * 0.75)}`]
  : [];
const host = new ProcessHost([process.execPath, '--enable-source-maps', ...heap, runnerPath]);
const provider = new InnerProvider(host);
const alone = {
  ...definition,
  scaling: { ...definition.scaling, minContainers: 0, maxContainers: 1, bufferContainers: 0 },
};
const observer: DeploymentObserver = {
  onLog: ({ stream, text }) => process[stream].write(`${text}\n`),
  onRetry: ({ attempt }) => leave(OutcomeKind.attempt, Buffer.from(String(attempt))),
};
const call = provider.deploy(alone, observer).call({
  ...request,
  onMessage: (message) => leave(OutcomeKind.message, message),
  ...(takesYields && { onYield: (value: Uint8Array) => leave(OutcomeKind.yielded, value) }),
});

try {
  leave(OutcomeKind.value, await call.result);
} catch (error) {
  leave(OutcomeKind.error, packError(error));
}
await provider.close();
// Whole or not there at all, whoever looks.
copyFileSync(outcomeFile, `${resultsFolder}/.${key}`);
renameSync(`${resultsFolder}/.${key}`, `${resultsFolder}/${key}`);
writeFileSync(outcomeDoneFile, '');
await sleep(Number(stay) * 1000);
