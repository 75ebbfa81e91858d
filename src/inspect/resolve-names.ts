import type { AnyNode, Class, Function as FunctionNode, Identifier, Pattern, VariableDeclaration } from 'acorn';
import { type Binding, LexicalScope } from './binding.ts';
import { childNodes } from './child-nodes.ts';
import { declaredPrivateNames, declareLexical, declareVars, patternNames } from './declarations.ts';

/** A name that the source uses without declaring it. */
export interface FreeName {
  readonly name: string;
  /** Whether the source gives it a value: `x = 1`, `x++`, `for (x of …)`. */
  written: boolean;
  /** Whether it is used other than in `typeof x`, which does not fail for a name that does not exist. */
  needed: boolean;
}

/** What the names in a piece of source mean. */
export interface ResolvedNames {
  readonly free: ReadonlyMap<string, FreeName>;
  /** The declared name behind each identifier that is one; free names and property names are not in it. */
  readonly bindings: ReadonlyMap<Identifier, Binding>;
  /** The outermost scope: that of the module, if the source is one. */
  readonly outermost: LexicalScope;
  /** The name by which each named function expression and class calls itself. */
  readonly selves: ReadonlyMap<AnyNode, Binding>;
  /** The scope in which each function or class stands. */
  readonly scopes: ReadonlyMap<AnyNode, LexicalScope>;
  /** How many loops of the same function are around each function, class and scope. */
  readonly loopsAround: ReadonlyMap<AnyNode | LexicalScope, number>;
  /** Names of `#private` members that the source uses without declaring them. */
  readonly privateNames: ReadonlySet<string>;
  /** Outside functions that have their own: */
  readonly usesThis: boolean;
  readonly usesSuper: boolean;
  readonly usesNewTarget: boolean;
  readonly usesArguments: boolean;
  /** A direct `eval(…)` or `with` may read any variable in reach. */
  readonly isDynamic: boolean;
  readonly usesImportMeta: boolean;
  /** A file, not a package, that it loads while it runs: `import('./x.js')`, `require('./x.js')`. */
  readonly relativeImport: string | undefined;
}

/** Functions that load a module while the program runs; vite makes calls of one from `import()`. */
export const LOADERS: ReadonlySet<string> = new Set(['require', '__vite_ssr_dynamic_import__', '__vi_import__']);

/** Finds out what every name below `root` refers to, after the rules of ECMAScript for strict code. */
export function resolveNames(root: AnyNode): ResolvedNames {
  return new Resolver(root);
}

class Resolver implements ResolvedNames {
  readonly free = new Map<string, FreeName>();
  readonly bindings = new Map<Identifier, Binding>();
  readonly selves = new Map<AnyNode, Binding>();
  readonly scopes = new Map<AnyNode, LexicalScope>();
  readonly loopsAround = new Map<AnyNode | LexicalScope, number>();
  readonly privateNames = new Set<string>();
  usesThis = false;
  usesSuper = false;
  usesNewTarget = false;
  usesArguments = false;
  isDynamic = false;
  usesImportMeta = false;
  relativeImport: string | undefined;

  readonly outermost: LexicalScope;
  #scope: LexicalScope;
  /** How many functions with their own `this` are around the current node, not counting the root. */
  #owners = 0;
  readonly #root: AnyNode;
  readonly #privateScopes: Set<string>[] = [];
  readonly #initialisedVars = new Set<Binding>();
  /** How many loops of the current function are around the current node. */
  #loops = 0;

  constructor(root: AnyNode) {
    this.#root = root;
    this.outermost = new LexicalScope('module', root, undefined);
    this.#scope = this.outermost;
    if (root.type === 'Program') {
      declareVars(root, this.#scope);
      declareLexical(root.body, this.#scope);
    }
    this.#visit(root);
  }

  readonly #visit = (node: AnyNode): void => {
    switch (node.type) {
      case 'Identifier':
        this.#refer(node, { reads: true });
        return;
      case 'ThisExpression':
        if (this.#owners === 0) this.usesThis = true;
        return;
      case 'Super':
        if (this.#owners === 0) this.usesSuper = true;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.usesImportMeta = true;
        else if (this.#owners === 0) this.usesNewTarget = true;
        return;
      case 'PrivateIdentifier':
        if (!this.#privateScopes.some((names) => names.has(node.name))) this.privateNames.add(node.name);
        return;
      case 'MemberExpression':
        this.#visit(node.object);
        if (node.computed || node.property.type === 'PrivateIdentifier') this.#visit(node.property);
        return;
      case 'Property':
        if (node.computed) this.#visit(node.key);
        this.#visit(node.value);
        return;
      case 'CallExpression':
        if (
          node.callee.type === 'Identifier' &&
          node.callee.name === 'eval' &&
          !node.optional &&
          !this.#scope.find('eval')
        ) {
          this.isDynamic = true;
        }
        if (node.callee.type === 'Identifier' && LOADERS.has(node.callee.name) && !this.#scope.find(node.callee.name)) {
          this.#loads(node.arguments[0]);
        }
        childNodes(node, this.#visit);
        return;
      case 'ImportExpression':
        this.#loads(node.source);
        childNodes(node, this.#visit);
        return;
      case 'WithStatement':
        this.isDynamic = true;
        childNodes(node, this.#visit);
        return;
      case 'UnaryExpression':
        if (node.operator === 'typeof' && node.argument.type === 'Identifier') {
          this.#refer(node.argument, { probes: true });
          return;
        }
        this.#visit(node.argument);
        return;
      case 'UpdateExpression':
        if (node.argument.type === 'Identifier') {
          this.#refer(node.argument, { reads: true, writes: true });
          return;
        }
        this.#visit(node.argument);
        return;
      case 'AssignmentExpression':
        if (node.operator !== '=' && node.left.type === 'Identifier')
          this.#refer(node.left, { reads: true, writes: true });
        else this.#target(node.left);
        this.#visit(node.right);
        return;
      case 'VariableDeclaration':
        if (node.kind === 'var') this.#initialised(node);
        childNodes(node, this.#visit);
        return;
      case 'VariableDeclarator':
        this.#declaration(node.id);
        if (node.init) this.#visit(node.init);
        return;
      case 'FunctionDeclaration':
        if (node.id) this.#refer(node.id, {});
        this.#function(node, false);
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, node === this.#root);
        return;
      case 'ClassDeclaration':
        if (node.id) this.#refer(node.id, {});
        this.#class(node);
        return;
      case 'ClassExpression':
        this.#class(node);
        return;
      case 'BlockStatement':
        this.#block(node, node.body);
        return;
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.#loops++;
        childNodes(node, this.#visit);
        this.#loops--;
        return;
      case 'ForStatement':
        this.#block(node, node.init ? [node.init] : []);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#loop(node);
        return;
      case 'SwitchStatement':
        this.#visit(node.discriminant);
        this.#within(new LexicalScope('block', node, this.#scope), () => {
          declareLexical(
            node.cases.flatMap((branch) => branch.consequent),
            this.#scope,
          );
          node.cases.forEach(this.#visit);
        });
        return;
      case 'CatchClause':
        this.#within(new LexicalScope('block', node, this.#scope), () => {
          if (node.param) {
            patternNames(node.param, ({ name }) => this.#scope.declare(name, 'catch'));
            this.#declaration(node.param);
          }
          this.#visit(node.body);
        });
        return;
      case 'LabeledStatement':
        this.#visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#visit(node.declaration);
        return;
      default:
        childNodes(node, this.#visit);
    }
  };

  #refer(identifier: Identifier, use: { reads?: boolean; writes?: boolean; probes?: boolean }): void {
    const binding = this.#scope.find(identifier.name);
    if (binding) {
      this.bindings.set(identifier, binding);
      // In sloppy functions `arguments[0] = …` changes the first parameter.
      if (binding.kind === 'arguments') this.#scope.reassignParameters();
      if (use.writes) {
        binding.reassigned = true;
        if (this.#isInside(binding)) binding.reassignedInside = true;
      }
      return;
    }
    if (identifier.name === 'arguments') {
      this.usesArguments = true;
      return;
    }
    let free = this.free.get(identifier.name);
    if (!free) {
      free = { name: identifier.name, written: false, needed: false };
      this.free.set(identifier.name, free);
    }
    if (use.writes) free.written = true;
    if (!use.probes) free.needed = true;
  }

  /** Whether a function or class is between the current place and the scope of a name. */
  #isInside({ name }: Binding): boolean {
    for (let scope = this.#scope; !scope.bindings.has(name) && scope.parent; scope = scope.parent) {
      if (scope.isApart) return true;
    }
    return false;
  }

  #loads(specifier: AnyNode | undefined): void {
    const { value } = (specifier?.type === 'Literal' ? specifier : {}) as { value?: unknown };
    if (typeof value === 'string' && /^(?:\.{0,2}\/|file:)(?!.*\/node_modules\/)/.test(value))
      this.relativeImport ??= value;
  }

  /** A `var` that gets its value once, outside loops, is as good as a `const`. */
  #initialised(declaration: VariableDeclaration): void {
    for (const { id, init } of declaration.declarations) {
      if (!init) continue;
      patternNames(id, ({ name }) => {
        const binding = this.#scope.find(name);
        if (!binding) return;
        if (this.#loops > 0 || this.#initialisedVars.has(binding)) binding.reassigned = true;
        this.#initialisedVars.add(binding);
      });
    }
  }

  /** A pattern whose names are declared here; only its defaults and computed keys are expressions. */
  #declaration(pattern: Pattern): void {
    this.#pattern(pattern, (identifier) => this.#refer(identifier, {}));
  }

  /** The left side of an assignment. */
  #target(pattern: Pattern): void {
    this.#pattern(pattern, (identifier) => this.#refer(identifier, { writes: true }));
  }

  #pattern(pattern: Pattern, name: (identifier: Identifier) => void): void {
    switch (pattern.type) {
      case 'Identifier':
        name(pattern);
        return;
      case 'MemberExpression':
        this.#visit(pattern);
        return;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') {
            this.#pattern(property.argument, name);
            continue;
          }
          if (property.computed) this.#visit(property.key);
          this.#pattern(property.value, name);
        }
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.#pattern(element, name);
        return;
      case 'AssignmentPattern':
        this.#pattern(pattern.left, name);
        this.#visit(pattern.right);
        return;
      case 'RestElement':
        this.#pattern(pattern.argument, name);
        return;
    }
  }

  #function(node: FunctionNode, isRoot: boolean): void {
    this.scopes.set(node as AnyNode, this.#scope);
    this.loopsAround.set(node as AnyNode, this.#loops);
    const loops = this.#loops;
    this.#loops = 0;
    const isArrow = node.type === 'ArrowFunctionExpression';
    const owns = !isArrow && !isRoot;
    if (owns) this.#owners++;
    const outer = this.#scope;
    if (node.type === 'FunctionExpression' && node.id) {
      this.#scope = new LexicalScope('block', node as AnyNode, this.#scope);
      this.#declareSelf(node as AnyNode, node.id.name);
    }
    const parameters = new LexicalScope('function', node as AnyNode, this.#scope);
    this.#within(parameters, () => {
      if (!isArrow) parameters.declare('arguments', 'arguments');
      for (const param of node.params) patternNames(param, ({ name }) => this.#declareParameter(name));
      for (const param of node.params) this.#declaration(param);
      if (node.body.type !== 'BlockStatement') {
        this.#visit(node.body);
        return;
      }
      // Defaults do not see the names of the body, so a list with expressions has a scope of its own.
      const isSimple = node.params.every((param) => param.type === 'Identifier');
      if (!isSimple) {
        this.#scope = new LexicalScope('function', node.body, parameters);
        this.loopsAround.set(this.#scope, 0);
      }
      declareVars(node.body.body, this.#scope);
      declareLexical(node.body.body, this.#scope);
      node.body.body.forEach(this.#visit);
    });
    this.#scope = outer;
    this.#loops = loops;
    if (owns) this.#owners--;
  }

  /** A parameter may be called `arguments`, and sloppy code may name one twice: the last wins. */
  #declareParameter(name: string): void {
    this.#scope.bindings.set(name, {
      name,
      kind: 'parameter',
      reassigned: false,
      reassignedInside: false,
      origin: undefined,
    });
  }

  #declareSelf(node: AnyNode, name: string): void {
    this.#scope.declare(name, 'self');
    this.selves.set(node, this.#scope.bindings.get(name)!);
  }

  #class(node: Class): void {
    this.scopes.set(node as AnyNode, this.#scope);
    this.loopsAround.set(node as AnyNode, this.#loops);
    this.#within(new LexicalScope('block', node as AnyNode, this.#scope), () => {
      if (node.id) this.#declareSelf(node as AnyNode, node.id.name);
      this.#privateScopes.push(declaredPrivateNames(node));
      if (node.superClass) this.#visit(node.superClass);
      for (const member of node.body.body) this.#member(member);
      this.#privateScopes.pop();
    });
  }

  #member(member: Class['body']['body'][number]): void {
    if (member.type === 'StaticBlock') {
      this.#asOwner(() =>
        this.#within(new LexicalScope('function', member, this.#scope), () => {
          this.#scope.declare('arguments', 'arguments');
          declareVars(member.body, this.#scope);
          declareLexical(member.body, this.#scope);
          member.body.forEach(this.#visit);
        }),
      );
      return;
    }
    if (member.computed) this.#visit(member.key);
    if (!member.value) return;
    if (member.type === 'MethodDefinition') {
      this.#visit(member.value);
      return;
    }
    const { value } = member;
    this.#asOwner(() => this.#visit(value));
  }

  #asOwner(action: () => void): void {
    this.#owners++;
    action();
    this.#owners--;
  }

  #block(node: AnyNode, statements: readonly AnyNode[]): void {
    const isLoop = node.type === 'ForStatement';
    this.#within(new LexicalScope('block', node, this.#scope), () => {
      declareLexical(statements, this.#scope);
      if (isLoop) this.#loops++;
      childNodes(node, this.#visit);
      if (isLoop) this.#loops--;
    });
  }

  #loop(node: Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' }>): void {
    this.#within(new LexicalScope('block', node, this.#scope), () => {
      if (node.left.type === 'VariableDeclaration') {
        declareLexical([node.left], this.#scope);
        this.#visit(node.left);
        // `var` in a loop head gets a value per round.
        if (node.left.kind === 'var') this.#target(node.left.declarations[0]!.id);
      } else {
        this.#target(node.left);
      }
      this.#visit(node.right);
      this.#loops++;
      this.#visit(node.body);
      this.#loops--;
    });
  }

  #within(scope: LexicalScope, action: () => void): void {
    this.loopsAround.set(scope, this.#loops);
    const outer = this.#scope;
    this.#scope = scope;
    action();
    this.#scope = outer;
  }
}
