import type { Callback } from '../../events/index.ts';
import { type Api, openTelemetry } from '../opentelemetry-api.ts';
import { fromState, getState } from '../travel.ts';
import { fromHeader } from './trace-parent.ts';

/** The span of another process, in which node functions are called here. */
export class TraceContext implements Callback {
  readonly wrapNode: Callback['wrapNode'];
  readonly #traceparent: string;

  /** @param state.traceparent W3C header that names the span. */
  constructor({ traceparent }: { readonly traceparent: string }) {
    this.#traceparent = traceparent;
    const api = installed();
    const span = api && fromHeader(api, traceparent);
    if (api === undefined || span === undefined) return;
    this.wrapNode = (_, run) => api.context.with(api.trace.setSpanContext(api.context.active(), span), run);
  }

  [getState](): { readonly traceparent: string } {
    return { traceparent: this.#traceparent };
  }

  static [fromState](state: { readonly traceparent: string }): TraceContext {
    return new TraceContext(state);
  }
}

/** Where OpenTelemetry is not installed, nobody makes spans either. */
function installed(): typeof Api | undefined {
  try {
    return openTelemetry();
  } catch {
    return undefined;
  }
}
