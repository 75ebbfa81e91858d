const thrown = new WeakSet<object>();

/** Runs code of the user while something is unpacked; what it throws says nothing of the payload. */
export function asUser<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (typeof error === 'object' && error !== null) thrown.add(error);
    throw error;
  }
}

export const isThrownByUser = (error: object): boolean => thrown.has(error);
