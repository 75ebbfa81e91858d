import type { KeyParts } from '../../cache/index.ts';
import type { NodeDefinition } from '../../graph/index.ts';
import type { Outline } from './outline.ts';

/** One part of a cache key that is not what it was at the last execution. */
export interface ChangedPart {
  readonly part: 'input' | 'code' | 'package' | 'env' | 'version';
  /** `limit`, `config.limit`, `normalize`, `natural`. */
  readonly name: string;
  /** What it was at the last execution: a value of an input if that is small, else a digest, or a version; absent when the part is new. */
  readonly before?: string | undefined;
  /** The same now; absent when the part is gone, or not known before an upstream node has run. */
  readonly after?: string | undefined;
  /** File of a changed helper, relative to the working directory. */
  readonly file?: string | undefined;
}

/** `normalize (src/text.ts)` → name and file; `natural (package)`, `API_URL (env)` → name and kind. */
const LABEL = /^(?<name>.*?)(?: \((?<place>[^()]*)\))?$/;

/** Parts of a key, with the values of small inputs. */
export interface KnownParts extends KeyParts {
  readonly outlines?: Readonly<Record<string, Outline>> | undefined;
}

/** More leaves than this are shown as one change of the whole input. */
const MOST_LEAVES = 8;

function changedLeaves(input: string, before: Outline | undefined, after: Outline | undefined): ChangedPart[] {
  // One that is a leaf itself is another kind of value.
  if (before === undefined || after === undefined || '' in before !== '' in after) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path] !== after[path])
    .map((path) => ({ part: 'input', name: input + path, before: before[path], after: after[path] }));
}

/** What differs between the key of the last execution and the one of now. */
export function changedParts(before: KnownParts, after: KnownParts, { inputs }: NodeDefinition): ChangedPart[] {
  const changed: ChangedPart[] = [];
  for (const { inner } of inputs) {
    if (before.inputs[inner] === after.inputs[inner]) continue;
    const leaves = changedLeaves(inner, before.outlines?.[inner], after.outlines?.[inner]);
    if (leaves.length > 0 && leaves.length <= MOST_LEAVES) changed.push(...leaves);
    else changed.push({ part: 'input', name: inner, before: before.inputs[inner], after: after.inputs[inner] });
  }
  for (const label of new Set([...Object.keys(before.code), ...Object.keys(after.code)])) {
    if (before.code[label] === after.code[label]) continue;
    // It is said below, as what it is.
    if (label === 'version' && before.version !== after.version) continue;
    const { name, place } = LABEL.exec(label)?.groups ?? {};
    const part = place === 'package' || place === 'env' ? place : 'code';
    changed.push({
      part,
      name: name ?? label,
      before: before.code[label],
      after: after.code[label],
      file: part === 'code' ? place : undefined,
    });
  }
  if (before.version !== after.version) {
    changed.push({ part: 'version', name: 'version', before: before.version, after: after.version });
  }
  return changed;
}
