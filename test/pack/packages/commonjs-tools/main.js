class Box {
  constructor(value) {
    this.value = value;
  }
  open() {
    return `box of ${this.value}`;
  }
}
exports.triple = function triple(x) {
  return x * 3;
};
exports.Box = Box;
