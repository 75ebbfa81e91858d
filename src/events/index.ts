export { type PipelineSummary, RunContext } from './context.ts';
export { Emitter, flushCallbacks } from './emitter.ts';
export type * from './types.ts';
