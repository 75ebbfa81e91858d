import { type FatalMeta, FrameKind } from '../frames/index.ts';
import { packError } from '../packed-error.ts';
import type { FrameOutput } from './frame-output.ts';

/** Tells home why this process ends, when user code ends it. */
export function reportEnd(output: FrameOutput, isExpected: () => boolean): void {
  const tell = (meta: FatalMeta, error?: { readonly value: unknown }): void => {
    output.queue({ kind: FrameKind.fatal, meta, payload: error ? [packError(error.value)] : [] });
    output.flush();
  };
  let isTold = false;
  process.on('uncaughtException', (value, origin) => {
    isTold = true;
    const reason = origin === 'unhandledRejection' ? 'unhandled-rejection' : 'uncaught-exception';
    tell({ reason }, { value });
    process.exit(1);
  });
  process.on('exit', (code) => {
    if (!isTold && !isExpected()) tell({ reason: 'exit', code });
    output.flush();
  });
}
