export { jupyterDisplay, type MimeBundle } from './jupyter-display.ts';
export { displayMap } from './map-display.ts';
export { displayPipeline } from './pipeline-display.ts';
export { displayRun } from './run-display.ts';
