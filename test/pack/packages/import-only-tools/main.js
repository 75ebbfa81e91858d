export function unit(x) {
  return `${x} u`;
}
export const table = { rows: [1, 2] };
export class Gauge {
  constructor(level) {
    this.level = level;
  }
  read() {
    return `at ${this.level}`;
  }
}
export default function main() {
  return 'main';
}
