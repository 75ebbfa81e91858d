export type { NotebookDisplay } from './notebook-display.ts';
export { ProgressCallback, type ProgressMode, type ProgressOptions } from './progress-callback.ts';
