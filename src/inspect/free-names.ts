import type { AnyNode, Class } from 'acorn';
import type { ParsedFunction } from './parse-function.ts';
import { type FreeName, type ResolvedNames, resolveNames } from './resolve-names.ts';

export type { FreeName, ResolvedNames };

/** The names of a function's source. */
export interface FunctionNames {
  readonly names: ResolvedNames;
  /** Names that it uses and does not declare, in the order of their first use. */
  readonly free: ReadonlyMap<string, FreeName>;
  /** Its own name, if it is a named function that uses it. */
  readonly self: string | undefined;
}

const resolved = new WeakMap<ParsedFunction, FunctionNames>();

/** Resolves the names of a parsed function; done once per source. */
export function namesOf(parsed: ParsedFunction): FunctionNames {
  let result = resolved.get(parsed);
  if (!result) {
    const names = resolveNames(parsed.node);
    result = { names, free: names.free, self: usedSelf(parsed, names) };
    resolved.set(parsed, result);
  }
  return result;
}

/** The names that a class uses apart from some of its parts: static blocks, initialisers, what it extends. */
export function freeNamesBeside({ node }: ParsedFunction, parts: ReadonlySet<object>): ReadonlyMap<string, FreeName> {
  const made = node as Class;
  const members = made.body.body.flatMap((member): object[] => {
    if (parts.has(member)) return [];
    if (member.type === 'StaticBlock') return [member];
    const value = member.value && parts.has(member.value) ? null : member.value;
    return [{ ...member, value, computed: member.computed && !parts.has(member.key) }];
  });
  const superClass = made.superClass && !parts.has(made.superClass) ? made.superClass : null;
  return resolveNames({ ...made, superClass, body: { ...made.body, body: members } } as unknown as AnyNode).free;
}

function usedSelf({ node }: ParsedFunction, { bindings, selves }: ResolvedNames): string | undefined {
  if (node.type !== 'FunctionExpression' || !node.id) return undefined;
  const own = selves.get(node);
  for (const binding of bindings.values()) if (binding === own) return node.id.name;
  return undefined;
}
