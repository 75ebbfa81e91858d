import { shortened } from './shortened.ts';

const MOST_CAUSES = 5;
/** Messages may quote what was worked on. */
const MOST_MESSAGE = 2000;
const MOST_STACK = 8000;

/** An error as plain data, without the fields that libraries hang on errors: those may hold requests and secrets. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: error === null ? 'null' : typeof error, message: 'thrown, but no Error' };
  const { code } = error as { readonly code?: unknown };
  const message = shortened(String(error.message), MOST_MESSAGE);
  return {
    type: error.name,
    message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack === undefined
      ? {}
      : {
          stack: shortened(
            error.stack.replace(error.message, () => message),
            MOST_STACK,
          ),
        }),
    ...(error.cause === undefined || depth >= MOST_CAUSES ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
