export {
  type FunctionForm,
  type ParsedFunction,
  parseFunction,
  type SourceWrapping,
  type UnparsedFunction,
} from './parse-function.ts';
export {
  type ParametersReading,
  type ReadParameter,
  readParameters,
  type UnreadableParameters,
} from './read-parameters.ts';
export { sourceText } from './source-text.ts';
