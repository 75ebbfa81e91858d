export { TelemetryCallback, type TelemetryOptions } from './telemetry-callback.ts';
export { TraceContext } from './trace-context.ts';
