/** What `action` throws or rejects with; an error itself when it does neither. */
export async function thrownBy<E = Error & { code?: string }>(action: () => unknown): Promise<E> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    return error as E;
  }
  throw new Error(`expected an error, got ${String(result)}`);
}

/** The same for something that must throw before it returns. */
export function thrownAtOnce<E = Error & { code?: string }>(action: () => unknown): E {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    return error as E;
  }
  throw new Error(`expected an error, got ${String(result)}`);
}
