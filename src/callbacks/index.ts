export type {
  Callback,
  ErrorEvent,
  EventMap,
  EventName,
  LogLevel,
  MapEndEvent,
  MapItemEndEvent,
  MapItemStartEvent,
  MapStartEvent,
  NodeCachedEvent,
  NodeEndEvent,
  NodeLogEvent,
  NodeProgressEvent,
  NodeRetryEvent,
  NodeStartEvent,
  PipelineEndEvent,
  PipelineStartEvent,
  PipelineSummary,
  RunContext,
  RunEvent,
} from '../events/index.ts';
export { type NodeReport, ReportCollector, RunReport, type RunReportData, type TimelineBar } from '../events/index.ts';
export { type Logger, LoggingCallback, type LoggingOptions } from './logging/index.ts';
export { type NotebookDisplay, ProgressCallback, type ProgressMode, type ProgressOptions } from './progress/index.ts';
export { TelemetryCallback, type TelemetryOptions, TraceContext } from './telemetry/index.ts';
export type { TextStream } from './text-sink.ts';
