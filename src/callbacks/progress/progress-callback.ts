import {
  type Callback,
  type CountingCallback,
  countItems,
  ITEM_EVENTS,
  type ItemCounter,
  type MapEndEvent,
  type MapItemEndEvent,
  type MapItemStartEvent,
  type MapStartEvent,
  type NodeCachedEvent,
  type NodeEndEvent,
  type NodeProgressEvent,
  type NodeRetryEvent,
  type NodeStartEvent,
  type NotebookDisplay,
  type PipelineEndEvent,
  type PipelineStartEvent,
  type RunContext,
} from '../../events/index.ts';
import type { TextStream } from '../text-sink.ts';
import { fromState, getState } from '../travel.ts';
import { chooseView } from './choose-view.ts';
import type { ProgressView } from './progress-view.ts';

/** How progress is shown; `auto` finds out what suits the place. */
export type ProgressMode = 'auto' | 'terminal' | 'plain' | 'notebook';

/** Options of {@link ProgressCallback}. */
export interface ProgressOptions {
  /** `auto` (default): an updating table in a notebook, a live tree in a terminal, and plain lines anywhere else. */
  readonly mode?: ProgressMode;
  /** Where to write; standard error by default, so that standard output stays the program's. */
  readonly stream?: TextStream;
  /** Shows HTML in a notebook whose kernel is not known by itself. */
  readonly display?: NotebookDisplay;
}

/**
 * Shows how far runs are: a live tree in a terminal, lines at milestones in logs, an updating table in notebooks.
 *
 * @example
 * const watched = perDoc.with({ callbacks: [new ProgressCallback()] });
 * await watched.map({ text: docs }, { over: 'text' });
 */
export class ProgressCallback implements Callback, CountingCallback {
  readonly ignoresValues = true;
  readonly #options: ProgressOptions;
  #chosen: ProgressView | undefined;

  constructor(options: ProgressOptions = {}) {
    this.#options = options;
  }

  get #view(): ProgressView {
    this.#chosen ??= chooseView(this.#options);
    return this.#chosen;
  }

  onPipelineStart(event: PipelineStartEvent, context: RunContext): void {
    this.#view.take('onPipelineStart', event, context);
  }

  onPipelineEnd(event: PipelineEndEvent, context: RunContext): void {
    this.#view.take('onPipelineEnd', event, context);
  }

  onNodeStart(event: NodeStartEvent, context: RunContext): void {
    this.#view.take('onNodeStart', event, context);
  }

  onNodeEnd(event: NodeEndEvent, context: RunContext): void {
    this.#view.take('onNodeEnd', event, context);
  }

  onNodeCached(event: NodeCachedEvent, context: RunContext): void {
    this.#view.take('onNodeCached', event, context);
  }

  onNodeRetry(event: NodeRetryEvent, context: RunContext): void {
    this.#view.take('onNodeRetry', event, context);
  }

  onNodeProgress(event: NodeProgressEvent, context: RunContext): void {
    this.#view.take('onNodeProgress', event, context);
  }

  onMapStart(event: MapStartEvent, context: RunContext): void {
    this.#view.take('onMapStart', event, context);
  }

  onMapItemStart(event: MapItemStartEvent, context: RunContext): void {
    this.#view.take('onMapItemStart', event, context);
  }

  onMapItemEnd(event: MapItemEndEvent, context: RunContext): void {
    this.#view.take('onMapItemEnd', event, context);
  }

  onMapEnd(event: MapEndEvent, context: RunContext): void {
    this.#view.take('onMapEnd', event, context);
  }

  /** Items of maps are counted by the maps themselves, unless a method that would be told of them was replaced. @internal */
  [countItems](map: MapStartEvent, nodes: readonly string[]): ItemCounter | undefined {
    const own = ITEM_EVENTS.every(
      (name) => (this as Callback)[name] === (ProgressCallback.prototype as Callback)[name],
    );
    return own ? this.#view.countItems(map, nodes) : undefined;
  }

  flush(): void | Promise<void> {
    return this.#chosen?.flush();
  }

  /** Streams and displays belong to this process; elsewhere the callback finds its own. */
  [getState](): Pick<ProgressOptions, 'mode'> {
    const { mode } = this.#options;
    return mode === undefined || mode === 'notebook' ? {} : { mode };
  }

  static [fromState](state: Pick<ProgressOptions, 'mode'>): ProgressCallback {
    return new ProgressCallback(state);
  }
}
