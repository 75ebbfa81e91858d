import { Pipeline } from '../run/index.ts';
import { UsageError } from './command.ts';
import { loadScript } from './load-script.ts';

type AnyPipeline = InstanceType<typeof Pipeline>;

/**
 * The pipeline that `file.ts` or `file.ts::name` means: the named export, or the only pipeline that the file exports.
 *
 * @throws UsageError when there is none, or several to choose from.
 */
export async function findPipeline(reference: string): Promise<AnyPipeline> {
  const [file, name] = reference.split('::') as [string, string | undefined];
  const exports = await loadScript(file);
  const pipelines = Object.entries(exports).filter(([, value]) => value instanceof Pipeline) as [string, AnyPipeline][];
  const names = pipelines.map(([exported]) => exported).join(', ');
  if (name !== undefined) {
    const found = pipelines.find(([exported]) => exported === name);
    if (found === undefined)
      throw new UsageError(`${file} exports no pipeline '${name}'; it exports: ${names || 'none'}.`);
    return found[1];
  }
  const distinct = new Set(pipelines.map(([, value]) => value));
  if (distinct.size === 0)
    throw new UsageError(`${file} exports no pipeline. Write: export const p = new Pipeline(…).`);
  if (distinct.size > 1)
    throw new UsageError(`${file} exports several pipelines: ${names}. Say which: ${file}::${pipelines[0]![0]}.`);
  return pipelines[0]![1];
}
