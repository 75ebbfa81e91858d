export type { Engine } from './engine.ts';
export type { NodeFailure } from './execution.ts';
export { MapResult, type MapStats } from './map-result.ts';
export type { ItemFailure } from './map-run.ts';
export { nodePath } from './node-path.ts';
export type { CommonRunOptions, MapOptions, PipelineOptions, RunOptions, StreamOptions } from './options.ts';
export { Pipeline, pipeline } from './pipeline.ts';
export { failuresOf } from './root.ts';
export type { StreamItem } from './stream.ts';
