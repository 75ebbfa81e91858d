export class Token {
  constructor(text) {
    this.text = text;
  }
  print() {
    return `<${this.text}>`;
  }
}
export function limiter(most) {
  let used = 0;
  return (x) => {
    used += x;
    return Math.min(most, used);
  };
}
