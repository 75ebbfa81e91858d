export { WorkerEngine, type WorkerEngineOptions } from './worker/worker-engine.ts';
