/** Resolves with `value` after that many milliseconds. */
export const later = <T>(value: T, ms = 1): Promise<T> => new Promise((resolve) => setTimeout(resolve, ms, value));

/** Never resolves; rejects with the signal's reason once that is aborted, when there is one. */
export const never = (signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** A promise that the test settles by hand. */
export function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const passed = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open, fail };
}

/** Counts how many calls of `tracked` functions are in progress at once. */
export function tracker() {
  let active = 0;
  let most = 0;
  let calls = 0;
  return {
    get most() {
      return most;
    },
    get calls() {
      return calls;
    },
    get active() {
      return active;
    },
    async during<T>(work: () => T | Promise<T>): Promise<T> {
      calls++;
      active++;
      most = Math.max(most, active);
      try {
        return await work();
      } finally {
        active--;
      }
    },
  };
}
