import type * as Sdk from 'modal';
import { MissingPeerError } from '../errors.ts';

export type { Sdk };

/** The version that is known to work: the SDK changes its surface between minor versions. */
const requiredVersion = '0.11.1';

/**
 * A client of Modal, for whoever the settings, the environment or the profile of this machine say.
 *
 * @throws MissingPeerError `MISSING_PEER` if the SDK is not installed, is another version, or another package of that name.
 */
export async function openClient(params: Sdk.ModalClientParams): Promise<Sdk.ModalClient> {
  let sdk: typeof Sdk;
  try {
    sdk = await import('modal');
  } catch (cause) {
    const [why = ''] = (cause as Error).message.split('\n');
    const isMissing = /^Cannot find (package|module) 'modal'/.test(why);
    // The newest package of that name needs others that are not there.
    const what = isMissing
      ? 'The SDK of Modal, the package modal, is not installed'
      : 'The installed package modal is not the SDK of Modal, or it is broken';
    throw wrongSdk(`${what}; it cannot be loaded: ${why}.`, cause);
  }
  if (typeof sdk.ModalClient !== 'function')
    throw wrongSdk('The installed package modal is not the SDK of Modal, but another package that has its name.');
  const client = new sdk.ModalClient(params);
  const found = typeof client.version === 'function' ? client.version() : 'unknown';
  if (found === requiredVersion) return client;
  client.close();
  throw wrongSdk(`The installed SDK of Modal has version ${found}, not ${requiredVersion}.`);
}

function wrongSdk(message: string, cause?: unknown): MissingPeerError {
  return new MissingPeerError(
    'MISSING_PEER',
    `${message} Install it with its version, because the newest release of that name is an unrelated package:`,
    { hint: `npm install modal@${requiredVersion}`, cause },
  );
}
