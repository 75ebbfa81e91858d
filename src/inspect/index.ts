export { type ReadParameter, type ReadParameters, readParameters } from './read-parameters.ts';
