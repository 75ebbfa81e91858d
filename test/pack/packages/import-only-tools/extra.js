export function extra() {
  return 'extra';
}
