import { digestValue } from './code-of.ts';

/** A small value by its leaves: path within it (`.limit`, `[0].name`, empty for a value that is one) → how that is shown. */
export type Outline = Readonly<Record<string, string>>;

/** Most leaves of a value that is shown leaf by leaf. */
const MOST_LEAVES = 64;
/** Longest text that is shown as it is. */
const LONGEST = 40;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The outline of a value; `undefined` when it is large, or when something in it has no identity. */
export function outlineOf(value: unknown): Outline | undefined {
  const leaves: Record<string, string> = {};
  let left = MOST_LEAVES;
  const visit = (part: unknown, path: string): boolean => {
    const children = childrenOf(part);
    if (children !== undefined && children.length > 0) {
      return children.length <= left && children.every(([step, child]) => visit(child, path + step));
    }
    leaves[path] = shown(part);
    return --left >= 0;
  };
  try {
    return visit(value, '') ? leaves : undefined;
  } catch {
    return undefined;
  }
}

function childrenOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) {
    return value.length > MOST_LEAVES ? undefined : value.map((item, index) => [`[${index}]`, item]);
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  return Object.entries(value).map(([key, item]) => [
    IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    item,
  ]);
}

function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (value.length <= LONGEST) return JSON.stringify(value);
      return `${JSON.stringify(value.slice(0, LONGEST))}… (${value.length} characters, ${digestValue(value).slice(0, 8)})`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    default:
      return value === null ? 'null' : digestValue(value);
  }
}
