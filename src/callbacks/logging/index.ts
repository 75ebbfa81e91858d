export type { Logger } from './logger.ts';
export { LoggingCallback, type LoggingOptions } from './logging-callback.ts';
