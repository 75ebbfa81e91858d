export { cacheKey, digest } from './digest.ts';
export { DigestError } from './digest-error.ts';
export { combineDigests, signature } from './signature.ts';
