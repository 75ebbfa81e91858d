const MOST_NAMES = 50;

function classOf(value: object): string {
  const maker: unknown = Object.getPrototypeOf(value)?.constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'object';
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `array(${value.length})`;
  if (value instanceof Map || value instanceof Set) return `${classOf(value)}(${value.size})`;
  if (ArrayBuffer.isView(value)) return `${classOf(value)}(${value.byteLength} bytes)`;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return `${classOf(value)}(${value.byteLength} bytes)`;
  }
  const name = classOf(value);
  return name === 'Object' || name === 'object' ? `object(${Object.keys(value).length})` : name;
}

/** Type and size of a value, never the value: `string(12)`, `array(3)`, `Uint8Array(1024 bytes)`, `Date`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `string(${value.length})`;
  if (typeof value !== 'object') return typeof value;
  try {
    return describeObject(value);
  } catch {
    // A proxy may refuse to be looked at.
    return 'object';
  }
}

/** Type and size of each named value. */
export function describeValues(
  values: Readonly<Record<string, unknown>> | undefined,
): Record<string, string> | undefined {
  if (values === undefined) return undefined;
  const names = Object.keys(values);
  const described = Object.fromEntries(names.slice(0, MOST_NAMES).map((name) => [name, describeValue(values[name])]));
  if (names.length > MOST_NAMES) described['…'] = `${names.length - MOST_NAMES} more`;
  return described;
}
