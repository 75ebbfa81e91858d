import { disposeResources } from '../graph/index.ts';
import type { Engine } from './engine.ts';

/** Runs nodes in this thread, as a pipeline without an engine does; set it to undo an inherited engine. */
export class InProcessEngine implements Engine {
  readonly place = undefined;

  /** Disposes the `stateful` resources of this process. */
  close(): Promise<void> {
    return disposeResources();
  }

  /** For `await using engine = new InProcessEngine()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.for('hypernodes.getState')](): object {
    return {};
  }

  static [Symbol.for('hypernodes.fromState')](): InProcessEngine {
    return new InProcessEngine();
  }
}
