import type { JobMessage } from './messages.ts';
import { packing } from './packing.ts';
import type { Replay } from './replay.ts';

/** Takes the messages of a job that tell of events. */
export const replayTo =
  (replay: Replay) =>
  (message: Uint8Array): void => {
    const content = packing().unpack(message) as JobMessage;
    if ('events' in content) replay.take(content.events);
  };
