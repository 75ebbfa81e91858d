import type { Callback } from '../../events/index.ts';
import { type Api, openTelemetry } from '../opentelemetry-api.ts';
import { fromState, getState } from '../travel.ts';
import { fromHeaders, type TraceHeaders } from './trace-parent.ts';

/** The span of another process, in which node functions are called here. */
export class TraceContext implements Callback {
  readonly wrapNode: Callback['wrapNode'];
  readonly #headers: TraceHeaders;

  /** @param headers W3C headers that name the span. */
  constructor(headers: TraceHeaders) {
    this.#headers = headers;
    const api = installed();
    const span = api && fromHeaders(api, headers);
    if (api === undefined || span === undefined) return;
    this.wrapNode = (_, run) => api.context.with(api.trace.setSpanContext(api.context.active(), span), run);
  }

  [getState](): TraceHeaders {
    return { ...this.#headers };
  }

  static [fromState](state: TraceHeaders): TraceContext {
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
