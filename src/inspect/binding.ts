import type { AnyNode } from 'acorn';

/** What introduced a name. */
export type BindingKind =
  | 'parameter'
  | 'arguments'
  | 'var'
  | 'let'
  | 'const'
  | 'function'
  | 'class'
  | 'catch'
  | 'import'
  /** The name of a function expression or class, as its own body sees it. */
  | 'self';

/** One declared name. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** Whether anything but its declaration gives it a value. */
  reassigned: boolean;
  /** Whether a function or class inside its scope does: then it may change after those around it have finished. */
  reassignedInside: boolean;
  /** The declarator, function, class or import declaration that gives it its value, if it is one of these. */
  readonly origin: AnyNode | undefined;
}

/** What kind of region a scope is; a `function` scope also holds its `var`s. */
export type ScopeKind = 'module' | 'function' | 'block';

/** A region of source with its own names. */
export class LexicalScope {
  readonly kind: ScopeKind;
  readonly node: AnyNode;
  readonly parent: LexicalScope | undefined;
  readonly bindings = new Map<string, Binding>();

  constructor(kind: ScopeKind, node: AnyNode, parent: LexicalScope | undefined) {
    this.kind = kind;
    this.node = node;
    this.parent = parent;
  }

  /** A name declared twice (`var a; var a`, a function over a parameter) stays one binding that changes its value. */
  declare(name: string, kind: BindingKind, origin?: AnyNode): void {
    const known = this.bindings.get(name);
    if (known) known.reassigned = true;
    else this.bindings.set(name, { name, kind, reassigned: false, reassignedInside: false, origin });
  }

  find(name: string): Binding | undefined {
    for (let scope: LexicalScope | undefined = this; scope; scope = scope.parent) {
      const binding = scope.bindings.get(name);
      if (binding) return binding;
    }
    return undefined;
  }

  /** Whether what is in it runs another time than what is around it, and perhaps several times. */
  get isApart(): boolean {
    // The body of a function whose parameters have a scope of their own runs with them.
    return (this.kind === 'function' && this.node.type !== 'BlockStatement') || this.node.type.startsWith('Class');
  }

  /** Marks the parameters of the nearest function with `arguments` as changed. */
  reassignParameters(): void {
    let scope: LexicalScope | undefined = this;
    while (scope && !scope.bindings.has('arguments')) scope = scope.parent;
    for (const binding of scope?.bindings.values() ?? []) {
      if (binding.kind === 'parameter') binding.reassigned = binding.reassignedInside = true;
    }
  }
}
