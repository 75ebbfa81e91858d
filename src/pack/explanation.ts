import type { Encoder } from './encoder.ts';
import { type Measured, measure, printBytes } from './measure.ts';
import { findReference } from './references/find-reference.ts';
import type { Reference } from './references/reference.ts';
import { SharedVariable } from './shared-variable.ts';
import { WeakEntry } from './weak-collections.ts';

/** A part of what would travel. */
export interface ExplanationNode {
  /** The variable, property or index through which it was reached first. */
  readonly label: string;
  /** What it is: `function`, `class Point`, `Map(3)`, `natural#stem (natural@8.1.0, by name)`. */
  readonly what: string;
  /** Bytes of it and of everything that was first reached through it. */
  readonly bytes: number;
  readonly children: readonly ExplanationNode[];
}

/** Small parts beyond this number are printed as one line. */
const MOST_CHILDREN = 12;
/** What is deeper is not printed. */
const DEEPEST = 50;

/** What packing a value would send; `String(explanation)` is a tree. */
export class Explanation {
  readonly root: ExplanationNode;
  /** Length of the payload in bytes. */
  readonly bytes: number;

  constructor(encoder: Encoder) {
    this.bytes = encoder.finish().length;
    const { root } = measure(encoder);
    this.root = root
      ? explainAll(root)
      : { label: encoder.path(-1), what: 'primitive', bytes: this.bytes, children: [] };
  }

  toString(): string {
    return [`${printBytes(this.bytes)} in all`, ...printed(this.root, '', '', 0)].join('\n');
  }
}

/** Explains a part and all below it, however deep that is: children before what holds them. */
function explainAll(root: Measured): ExplanationNode {
  const parts = [root];
  for (const { children } of parts) parts.push(...children);
  const explained = new Map<Measured, ExplanationNode>();
  for (const part of parts.reverse()) explained.set(part, explain(part, explained));
  return explained.get(root)!;
}

function explain(
  { value, label, bytes, children }: Measured,
  explained: ReadonlyMap<Measured, ExplanationNode>,
): ExplanationNode {
  const nodes = children.map((child) => explained.get(child)!);
  // A variable of its own is only a way to share what it holds, and so is what a weak collection holds.
  const [only] = nodes;
  if ((value instanceof SharedVariable || value instanceof WeakEntry) && only) return { ...only, label: String(label) };
  return { label: String(label), what: describe(value), bytes, children: nodes };
}

function describe(value: object | symbol): string {
  if (typeof value === 'symbol') return String(value);
  if (value instanceof SharedVariable) return typeof value.value;
  if (value instanceof WeakEntry) return typeof value.value;
  const reference = findReference(value);
  if (reference) return describeReference(reference);
  if (typeof value === 'function') {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return `${isClass ? 'class' : 'function'} ${value.name}`.trimEnd();
  }
  const name = (value.constructor as Function | undefined)?.name || 'object';
  const { size, length, byteLength } = value as { size?: unknown; length?: unknown; byteLength?: unknown };
  const count = [byteLength, size, length].find((part) => typeof part === 'number');
  return count === undefined || name === 'Object' ? name : `${name}(${String(count)})`;
}

function describeReference(reference: Reference): string {
  switch (reference.form) {
    case 'builtin':
      return `${reference.path} (by name)`;
    case 'require':
      return 'require (that of the other side)';
    case 'package': {
      const { module, name, version } = reference;
      return `${module}#${name} (${version || 'any version'}, by name)`;
    }
  }
}

function printed(node: ExplanationNode, before: string, indent: string, depth: number): string[] {
  const own = `${before}${node.label}: ${node.what}, ${printBytes(node.bytes)}`;
  if (depth === DEEPEST) return node.children.length > 0 ? [`${own} …`] : [own];
  const bySize =
    node.children.length > MOST_CHILDREN ? [...node.children].sort((a, b) => b.bytes - a.bytes) : node.children;
  const shown = bySize.slice(0, MOST_CHILDREN);
  const rest = bySize.slice(MOST_CHILDREN);
  const lines = shown.flatMap((child, i) => {
    const isLast = i === shown.length - 1 && rest.length === 0;
    return printed(child, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`, depth + 1);
  });
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, child) => sum + child.bytes, 0);
    lines.push(`${indent}└─ ${rest.length} more, ${printBytes(bytes)}`);
  }
  return [own, ...lines];
}
