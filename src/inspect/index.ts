export { askingAhead } from './asking-ahead.ts';
export type { Binding, BindingKind } from './binding.ts';
export { breakablePlaces } from './breakable-places.ts';
export { builtinPath, isKnownGlobal } from './builtin-path.ts';
export type { CapturedScope } from './captured-scope.ts';
export { type CapturedVariable, type CapturedVariables, capturedVariables } from './captured-variables.ts';
export { liveExport } from './exported-variable.ts';
export { type FreeName, type FunctionNames, freeNamesBeside, namesOf, type ResolvedNames } from './free-names.ts';
export { hasPrivateMembers, keepsStateApart } from './hidden-state.ts';
export type { ImportSource } from './import-source.ts';
export {
  type BoundTarget,
  type FunctionInternals,
  functionInternals,
  functionLocation,
  inOneGo,
  privateValues,
} from './inspector.ts';
export { intrinsicAt } from './intrinsics.ts';
export { answersLater } from './late-answers.ts';
export { learnThis, lexicalThis } from './lexical-this.ts';
export { type LoweredAsync, loweredAsync } from './lowered-async.ts';
export { folderOfPackage, nodeSpecifier, type PackageOfFile, packageOfFile, packageOfImport } from './package-of.ts';
export {
  type FunctionForm,
  type ParsedFunction,
  parseFunction,
  type SourceWrapping,
  type UnparsedFunction,
} from './parse-function.ts';
export { type ReadArguments, readArguments } from './read-arguments.ts';
export { type ReadParameter, type ReadParameters, readParameters } from './read-parameters.ts';
export { LOADERS } from './resolve-names.ts';
export { isLoadedFile, scriptOf } from './scripts.ts';
export { type SourcePosition, sourcePosition } from './source-position.ts';
export { sourceText } from './source-text.ts';
