export { TelemetryCallback, type TelemetryOptions } from './telemetry-callback.ts';
