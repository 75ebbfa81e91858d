export { InProcessEngine } from './in-process.ts';
