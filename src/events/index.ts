export { type PipelineSummary, RunContext } from './context.ts';
export { companionsOf, Emitter, flushCallbacks } from './emitter.ts';
export { END_OF, EVENT_NAMES } from './event-names.ts';
export { type IdleCallback, idleIn } from './idle-callback.ts';
export { isAbort } from './is-abort.ts';
export {
  type CountingCallback,
  countItems,
  type FailedAttempt,
  ITEM_EVENTS,
  type ItemCounter,
} from './item-counter.ts';
export { nodePath, recordNodePath } from './node-path.ts';
export { displaysSent, findNotebook, type Notebook, type NotebookDisplay } from './notebook.ts';
export * from './report/index.ts';
export * from './tally/index.ts';
export type * from './types.ts';
