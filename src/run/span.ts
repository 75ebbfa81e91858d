import type { RunEvent } from '../events/index.ts';
import type { RootRun } from './scope.ts';

const EPOCH = performance.timeOrigin;

/** Something that has a start and an end event. */
export class Span {
  readonly runId: string;
  readonly id: number;
  readonly parent: number | undefined;
  readonly path: string;
  readonly depth: number;
  readonly pipeline: string;
  /** Milliseconds on the monotonic clock. */
  readonly start: number;

  constructor(root: RootRun, parent: number | undefined, path: string, depth: number, pipeline: string) {
    this.runId = root.id;
    this.id = root.nextSpan();
    this.parent = parent;
    this.path = path;
    this.depth = depth;
    this.pipeline = pipeline;
    this.start = performance.now();
  }

  /** Milliseconds since the epoch at which it started. */
  get startTime(): number {
    return EPOCH + this.start;
  }

  /** Milliseconds since the start. */
  get durationMs(): number {
    return performance.now() - this.start;
  }

  /** The fields that every event of this span has. Events of every node and item are written out instead: a spread costs a microsecond. */
  event(): RunEvent {
    return {
      runId: this.runId,
      spanId: this.id,
      parentSpanId: this.parent,
      path: this.path,
      depth: this.depth,
      pipeline: this.pipeline,
      time: EPOCH + performance.now(),
    };
  }
}
