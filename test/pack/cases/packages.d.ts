/** The packages that the project of the tests has installed: see `../project.ts`. */
declare module 'commonjs-tools' {
  export function triple(x: number): number;
  export class Box {
    constructor(value: unknown);
    value: unknown;
    open(): string;
  }
  const all: { triple: typeof triple; Box: typeof Box };
  export default all;
}
declare module 'import-only-tools' {
  export function unit(x: number): string;
  export const table: { readonly rows: number[] };
  export class Gauge {
    constructor(level: number);
    level: number;
    read(): string;
  }
  export default function main(): string;
}
declare module 'import-only-tools/extra' {
  export function extra(): string;
}
declare module 'two-builds' {
  export class Token {
    constructor(text: string);
    text: string;
    print(): string;
  }
  export function limiter(most: number): (x: number) => number;
}
