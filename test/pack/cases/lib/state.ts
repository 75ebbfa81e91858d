import { scale } from './scale.ts';

export let total = 0;
export const add = (x: number): number => {
  total += scale(x);
  return total;
};
export const read = (): number => total;
export default function standard(x: number): string {
  return `standard ${scale(x)}`;
}
export class Ledger {
  readonly entries: number[] = [];
  record(x: number): number {
    this.entries.push(add(x));
    return this.entries.length;
  }
}
