export type { ClassTable } from './class-table.ts';
export { Unstorable } from './unstorable.ts';
export { decodeValue, encodeValue, faultOf, isMostlyRaw } from './value-codec.ts';
