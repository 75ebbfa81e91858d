import { intrinsicAt } from '../../inspect/index.ts';

/** The value at a builtin's path (`Math.max`, `%TypedArray%.from`, `Array.prototype.Symbol(Symbol.iterator)`, `node:os#cpus`); `undefined` if there is none. */
export function resolveBuiltin(path: string): unknown {
  const [module, member] = path.startsWith('node:') ? split(path, '#') : [undefined, path];
  let at: unknown = module === undefined ? globalThis : process.getBuiltinModule(module);
  for (const step of member === undefined ? [] : steps(member)) {
    if (at === undefined || at === null) return undefined;
    const intrinsic = typeof step === 'string' && at === globalThis ? /^%(\w+)%$/.exec(step)?.[1] : undefined;
    at = intrinsic !== undefined ? intrinsicAt(intrinsic) : (at as Record<string | symbol, unknown>)[step];
  }
  return at;
}

function split(path: string, separator: string): [string, string | undefined] {
  const at = path.indexOf(separator);
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)];
}

/** Dots separate steps, except in the names of symbols. */
function steps(path: string): (string | symbol)[] {
  return (path.match(/Symbol\([^)]*\)|[^.]+/g) ?? []).map((step) => {
    const name = /^Symbol\(Symbol\.(\w+)\)$/.exec(step)?.[1];
    return name === undefined ? step : (Symbol as unknown as Record<string, symbol>)[name]!;
  });
}
