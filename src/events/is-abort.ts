/** Whether something ended because it was told to stop: the run was aborted, or something beside it failed. */
export const isAbort = (error: unknown): boolean =>
  error instanceof Error && ((error as { readonly code?: unknown }).code === 'ABORTED' || error.name === 'AbortError');
