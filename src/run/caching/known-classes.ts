import type { ClassTable } from '../../codec/index.ts';
import type { NodeDefinition } from '../../graph/index.ts';
import { classDigest, reachedClasses } from '../../identity/index.ts';

const tables = new WeakMap<NodeDefinition, ClassTable>();

/** The classes that a node's code names: its results may be instances of them. Nothing is looked for until one is asked for. */
export function knownClasses(definition: NodeDefinition): ClassTable {
  let table = tables.get(definition);
  if (!table) {
    table = new CodeClasses(definition);
    tables.set(definition, table);
  }
  return table;
}

class CodeClasses implements ClassTable {
  readonly #definition: NodeDefinition;
  #ids: Map<Function, string> | undefined;
  /** `undefined` for an id that two classes have. */
  readonly #byId = new Map<string, Function | undefined>();

  constructor(definition: NodeDefinition) {
    this.#definition = definition;
  }

  idOf(made: Function): string | undefined {
    const id = this.#read().get(made);
    return id !== undefined && this.#byId.get(id) === made ? id : undefined;
  }

  classOf(id: string): Function | undefined {
    this.#read();
    return this.#byId.get(id);
  }

  #read(): Map<Function, string> {
    if (this.#ids) return this.#ids;
    this.#ids = new Map();
    const { run, batch, options } = this.#definition;
    const declared = (options.deps ?? []).filter((value) => typeof value === 'function');
    const roots = [run, ...(batch ? [batch] : []), ...declared];
    const classes = [...new Set(roots.flatMap(reachedClasses))];
    const digests = new Map(classes.map((made) => [made, classDigest(made)]));
    for (const [made, digest] of digests) {
      if (digest === undefined) continue;
      // Names tell apart what is written alike; minifiers change them, so that they count only where they must.
      const isAlone = [...digests.values()].filter((other) => other === digest).length === 1;
      const id = isAlone ? digest : `${digest} ${made.name}`;
      this.#ids.set(made, id);
      this.#byId.set(id, this.#byId.has(id) ? undefined : made);
    }
    return this.#ids;
  }
}
