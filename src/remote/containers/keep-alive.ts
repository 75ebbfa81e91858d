const FOREVER_MS = 0x7fffffff;

/** Keeps this process alive while it waits: containers that serve nobody don't. */
export async function keepAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, FOREVER_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
