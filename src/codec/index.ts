export type { ClassTable } from './class-table.ts';
export { Unstorable } from './unstorable.ts';
export { decodeValue, encodeParts, encodeValue, faultOf, isMostlyRaw, joinParts } from './value-codec.ts';
