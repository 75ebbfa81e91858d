export type { Explanation, ExplanationNode } from './explanation.ts';
export { type PackOptions, pack, packAsync } from './pack.ts';
export { fromState, getState, type Reduction, reduce } from './symbols.ts';
export { type UnpackOptions, unpack, unpackAsync } from './unpack.ts';
