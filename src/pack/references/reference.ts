/** A name by which the other side finds a value that it has too. */
export type Reference =
  /** A member of the language or of Node: `Math`, `Array.prototype.slice`, `node:os#cpus`. */
  | { readonly form: 'builtin'; readonly path: string }
  /** An export of an installed package. */
  | {
      readonly form: 'package';
      /** As one imports it: `natural`, `hypernodes/cache`. */
      readonly module: string;
      /** `default`, a dotted path for members of an export, or `*` for everything that the module exports. */
      readonly name: string;
      /** What is installed here; empty when that is not known. */
      readonly version: string;
      /** `require` has no default export: it gives what `module.exports` is. */
      readonly through: 'import' | 'require';
    }
  /** The `require` function of a module. */
  | { readonly form: 'require' };
