import { RemoteError, type RemoteErrorCode } from '../errors.ts';
import type { ContainerSpec } from '../remote/index.ts';

/** Kinds of GPU that Modal offered when this was written; for messages only. */
const gpuKinds = 'T4, L4, A10, L40S, A100, A100-80GB, RTX-PRO-6000, H100, H200, B200';

/** What a start was doing when it failed. */
export type StartPhase = 'connecting' | 'building' | 'queued' | 'starting';

/** What Modal or its SDK said, as an error that tells what to do. Errors that already do are returned as they are. */
export function modalError(cause: unknown, phase: StartPhase, spec?: ContainerSpec): Error {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && 'hint' in cause) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/missing credentials|UNAUTHENTICATED|token.*(malformed|invalid|expired)/i.test(text)) {
    return error('REMOTE_START', `Not logged in to Modal: ${firstLine(text)}.`, notLoggedIn, cause);
  }
  if (/Insufficient capacity|RESOURCE_EXHAUSTED/i.test(text)) {
    const wish = spec?.gpu ? ` with the GPU '${spec.gpu}'` : '';
    return error(
      'REMOTE_START',
      `Modal had no machine${wish} while the container was ${phase}: ${firstLine(text)}.`,
      'Try again later, ask for another GPU or region, or lower maxContainers.',
      cause,
    );
  }
  // Once it is starting, Modal has taken the name: what is said of GPUs then is said by programs.
  if (spec?.gpu && phase === 'queued' && /gpu/i.test(text)) {
    return error(
      'REMOTE_START',
      `Modal does not know the GPU '${spec.gpu}'.`,
      `It offers ${gpuKinds}; several of them as 'H100:2'.`,
      cause,
    );
  }
  if (/Secret .*not found|Secret is missing key/i.test(text)) {
    return error(
      'REMOTE_START',
      `${firstLine(text)}.`,
      'Create it on modal.com/secrets, or pass its values with Secret.fromEnv or Secret.fromObject.',
      cause,
    );
  }
  if (/Volume .*not found/i.test(text)) {
    return error('REMOTE_START', `${firstLine(text)}.`, 'Use Volume.fromName(name, { createIfMissing: true }).', cause);
  }
  if (phase === 'starting' && /Sandbox is unavailable|NOT_FOUND/i.test(text)) {
    return error(
      'REMOTE_START',
      'The container was stopped or taken away by Modal while it was starting.',
      "Set 'retries', so that such calls are repeated.",
      cause,
    );
  }
  const hint =
    phase === 'starting' ? 'Containers need Node.js 20.19 or later in their image, as Image.node() has it.' : undefined;
  const code = phase === 'building' ? 'REMOTE_BUILD' : 'REMOTE_START';
  return error(code, `Modal failed while the container was ${phase}: ${firstLine(text)}.`, hint, cause);
}

/** Whether Modal refused something because there is too much of it right now. */
export function isThrottled(cause: unknown): boolean {
  return cause instanceof Error && /RESOURCE_EXHAUSTED/.test(cause.message);
}

/** An image that could not be built, with what the build printed. */
export function buildFailed(log: string, cause: unknown): RemoteError {
  const shown = log.trim() === '' ? firstLine((cause as Error).message) : `\n${lastLines(log, 40)}\n`;
  return error(
    'REMOTE_BUILD',
    `Modal could not build the image: ${shown}`,
    'Check the steps of the Image; its last lines above are what failed.',
    cause,
  );
}

/** A container that did not get ready in time. */
export function startTimedOut(phase: StartPhase, seconds: number, log: readonly string[] = []): RemoteError {
  const printed = log.length > 0 ? ` It printed:\n${log.join('\n')}\n` : '';
  const hints = {
    connecting: 'Check the connection to modal.com.',
    building: 'Building continues on Modal: try again, or raise buildTimeout of ModalProvider.',
    queued: 'No machine was free: raise startupTimeout, or ask for another GPU or region.',
    starting: 'The image may lack Node.js, or be large: raise startupTimeout, or use Image.node().',
  };
  return error(
    'REMOTE_START',
    `No container on Modal was ready after ${seconds} s; it was still ${phase}.${printed}`,
    hints[phase],
    undefined,
  );
}

const notLoggedIn =
  'Create a token on modal.com/settings/tokens and set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or pass tokenId and tokenSecret to ModalProvider.';

function error(code: RemoteErrorCode, message: string, hint: string | undefined, cause: unknown): RemoteError {
  return new RemoteError(code, message, { hint, cause });
}

/** Without the name of the RPC and its status, which the SDK puts in front. */
function firstLine(text: string): string {
  const line =
    text
      .replace(/^\S*\/modal\S* [A-Z_]+: /, '')
      .split('\n')
      .find((one) => one.trim() !== '') ?? text;
  return line.trim().replace(/[.:]$/, '');
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
