export { Unstorable } from './unstorable.ts';
export { decodeValue, encodeValue, isMostlyRaw } from './value-codec.ts';
