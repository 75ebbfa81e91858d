export { Unstorable } from './unstorable.ts';
export { decodeValue, encodeValue } from './value-codec.ts';
