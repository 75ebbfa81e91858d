export { classDigest } from './code/class-digest.ts';
export {
  type CodeIdentity,
  type CodeOptions,
  codeIdentity,
  instanceCode,
  reachedClasses,
} from './code/code-identity.ts';
export { hiddenContent } from './code/hidden-content.ts';
export type { Unidentified } from './code/reach.ts';
export { cacheKey, digest } from './digest.ts';
export { DigestError } from './digest-error.ts';
export { declaredVariable } from './environment.ts';
export { pathTo } from './path-to.ts';
export { combineDigests, signature } from './signature.ts';
