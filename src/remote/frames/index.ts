export {
  type CallMeta,
  type DefineMeta,
  type FatalMeta,
  type Frame,
  FrameKind,
  type HelloMeta,
  type LogMeta,
  metaOf,
  type ReadyMeta,
} from './frame.ts';
export { type FrameHandler, FrameReader } from './frame-reader.ts';
export { mergeSmall } from './merge-small.ts';
export { type OutgoingFrame, writeFrame } from './write-frame.ts';
