export type { NotebookDisplay } from '../../events/index.ts';
export { ProgressCallback, type ProgressMode, type ProgressOptions } from './progress-callback.ts';
