import { unit } from 'import-only-tools';

const factor = 2;
export const scale = (x: number): number => x * factor;
export const withUnit = (x: number): string => unit(scale(x));
