/** Size and content of a pipeline, for an observer that wants to draw it. */
export interface PipelineSummary {
  readonly totalNodes: number;
  /** In execution order. */
  readonly nodeNames: readonly string[];
}

/** What the callbacks of one root run share, across everything nested in it. */
export class RunContext {
  readonly runId: string;
  readonly #values = new Map<unknown, unknown>();
  readonly #summaries = new Map<string, PipelineSummary>();
  #path = '';
  #depth = 0;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Value that a callback left under `key`, or `undefined`. */
  get<T = unknown>(key: unknown): T | undefined {
    return this.#values.get(key) as T | undefined;
  }

  set(key: unknown, value: unknown): this {
    this.#values.set(key, value);
    return this;
  }

  /** Path of the event being delivered. */
  get path(): string {
    return this.#path;
  }

  /** Depth of the event being delivered. */
  get depth(): number {
    return this.#depth;
  }

  /** Size and content of a pipeline of this run, by name; known from its start event on, also for maps. */
  describe(pipeline: string): PipelineSummary | undefined {
    return this.#summaries.get(pipeline);
  }

  /** @internal */
  enter(path: string, depth: number): void {
    this.#path = path;
    this.#depth = depth;
  }

  /** @internal */
  learn(pipeline: string, summary: PipelineSummary): void {
    this.#summaries.set(pipeline, summary);
  }
}
