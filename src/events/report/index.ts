export { escapeHtml } from './escape-html.ts';
export { formatCount, formatDuration } from './format.ts';
export { ReportCollector } from './report-collector.ts';
export { type NodeReport, RunReport, type RunReportData } from './run-report.ts';
export type { TimelineBar } from './timeline.ts';
