import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';
import { MissingPeerError } from '../errors.ts';

export type { Api };

// Required, not imported: events arrive synchronously, and the first one must not be lost while an import is under way.
let loaded: typeof Api | undefined;

/**
 * The OpenTelemetry API, which keeps what is registered in it in one place for the whole process, however it is loaded.
 *
 * @throws MissingPeerError if it is not installed.
 */
export function openTelemetry(): typeof Api {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)('@opentelemetry/api') as typeof Api;
    return loaded;
  } catch (cause) {
    throw new MissingPeerError(
      'MISSING_PEER',
      'TelemetryCallback needs the package @opentelemetry/api, which is not installed. Install it:',
      {
        hint: 'npm install @opentelemetry/api',
        cause,
      },
    );
  }
}
