export * from './live.ts';
export { hit as countUp, hits as count } from './live.ts';
