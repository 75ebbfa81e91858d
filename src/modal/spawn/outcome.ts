/**
 * What a spawned call leaves behind: envelopes of these kinds, one after the other, the last of them a value or an error.
 * The numbers follow those of the bridge.
 */
export const OutcomeKind = {
  /** What the call sent home while it ran. */
  message: 16,
  /** What a generator yielded. */
  yielded: 17,
  /** The packed result. */
  value: 18,
  /** The packed error. */
  error: 19,
  /** Number of the attempt that begins, from the second on. */
  attempt: 20,
} as const;

/** Id of a spawned call: where to look for it. */
export interface SpawnedCallId {
  readonly app: string;
  /** Name of its sandbox, and of its result afterwards. */
  readonly key: string;
}

/** Whether an id is one of a spawned call on Modal. */
export function readCallId(id: string): SpawnedCallId | undefined {
  const [, app, key] = /^([\w.-]+)\/(call-[\da-f]{32})$/.exec(id) ?? [];
  return app && key ? { app, key } : undefined;
}

export function callId({ app, key }: SpawnedCallId): string {
  return `${app}/${key}`;
}
