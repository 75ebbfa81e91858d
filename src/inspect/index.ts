export {
  type FunctionForm,
  type ParsedFunction,
  parseFunction,
  type SourceWrapping,
  type UnparsedFunction,
} from './parse-function.ts';
export { type ReadParameter, type ReadParameters, readParameters } from './read-parameters.ts';
export { sourceText } from './source-text.ts';
