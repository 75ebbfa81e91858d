import { Module } from 'node:module';
import { join } from 'node:path';

type Evaluate = (script: string) => unknown;

/** What `Module` has besides what its types say; loaders have relied on it since the first versions of Node. */
type CompilingModule = InstanceType<typeof Module> & { _compile(source: string, filename: string): void };

const evaluators = new Map<string, Evaluate>();

/** Evaluates scripts whose `import()` finds packages from a folder: evaluated code imports as the module does that calls `eval`. */
export function evaluatorFor(base: string): Evaluate {
  let evaluate = evaluators.get(base);
  if (evaluate === undefined) {
    const filename = join(base, 'unpacked.cjs');
    const module = new Module(filename) as CompilingModule;
    module.filename = filename;
    module._compile('module.exports = (script) => (0, eval)(script);', filename);
    evaluate = module.exports as Evaluate;
    evaluators.set(base, evaluate);
  }
  return evaluate;
}
