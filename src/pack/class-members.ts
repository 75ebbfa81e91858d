import type { ParsedFunction } from '../inspect/index.ts';

/** An expression in a syntax tree, as far as it matters here; places count in the text of the parsed function. */
export interface Expression {
  readonly type: string;
  /** Of identifiers and private names. */
  readonly name?: string;
  /** Of literals. */
  readonly value?: unknown;
  /** Of `new X()`. */
  readonly callee?: Expression;
  readonly start: number;
  readonly end: number;
}

/** A member of a class: method, accessor, field or static block. */
export interface Member {
  readonly type: string;
  readonly static?: boolean;
  readonly computed?: boolean;
  /** Of methods: `method`, `get`, `set`, `constructor`. */
  readonly kind?: string;
  readonly key?: Expression;
  readonly value?: Expression | null;
  readonly start: number;
  readonly end: number;
}

/** What a class consists of. */
export interface ClassParts {
  /** What stands behind `extends`. */
  readonly superClass: Expression | undefined;
  readonly members: readonly Member[];
  /** Where its `}` stands. */
  readonly end: number;
}

/** The parts of a parsed class. */
export function classParts({ node }: ParsedFunction): ClassParts {
  const { superClass, body } = node as unknown as {
    superClass?: Expression | null;
    body: { body: readonly Member[]; end: number };
  };
  return { superClass: superClass ?? undefined, members: body.body, end: body.end - 1 };
}

/** Names of the `static #private` fields. */
export function privateStatics(members: readonly Member[]): string[] {
  return members.flatMap(({ type, key, static: isStatic }) =>
    isStatic && type === 'PropertyDefinition' && key?.type === 'PrivateIdentifier' ? [key.name!] : [],
  );
}
