/** Name of the class that an object is an instance of; empty when it has none. */
export function className(value: object): string {
  const made = value.constructor as unknown;
  return typeof made === 'function' ? made.name : '';
}
