export { type PipelineSummary, RunContext } from './context.ts';
export { Emitter, flushCallbacks } from './emitter.ts';
export { isAbort } from './is-abort.ts';
export * from './report/index.ts';
export * from './tally/index.ts';
export type * from './types.ts';
