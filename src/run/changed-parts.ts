import type { KeyParts } from '../cache/index.ts';
import type { NodeDefinition } from '../graph/index.ts';

/** One part of a cache key that is not what it was at the last execution. */
export interface ChangedPart {
  readonly part: 'input' | 'code' | 'package' | 'version';
  /** `limit`, `normalize`, `natural`. */
  readonly name: string;
  /** Digest, or version, at the last execution; absent when the part is new. */
  readonly before?: string | undefined;
  /** The same now; absent when the part is gone, or not known before an upstream node has run. */
  readonly after?: string | undefined;
  /** File of a changed helper, relative to the working directory. */
  readonly file?: string | undefined;
}

/** `normalize (src/text.ts)` → name and file; `natural (package)` → name and package. */
const LABEL = /^(?<name>.*?)(?: \((?<place>[^()]*)\))?$/;

/** What differs between the key of the last execution and the one of now. */
export function changedParts(before: KeyParts, after: KeyParts, { inputs }: NodeDefinition): ChangedPart[] {
  const changed: ChangedPart[] = [];
  for (const { inner } of inputs) {
    if (before.inputs[inner] === after.inputs[inner]) continue;
    changed.push({ part: 'input', name: inner, before: before.inputs[inner], after: after.inputs[inner] });
  }
  for (const label of new Set([...Object.keys(before.code), ...Object.keys(after.code)])) {
    if (before.code[label] === after.code[label]) continue;
    const { name, place } = LABEL.exec(label)?.groups ?? {};
    const isPackage = place === 'package';
    changed.push({
      part: isPackage ? 'package' : 'code',
      name: name ?? label,
      before: before.code[label],
      after: after.code[label],
      file: isPackage ? undefined : place,
    });
  }
  if (before.version !== after.version) {
    changed.push({ part: 'version', name: 'version', before: before.version, after: after.version });
  }
  return changed;
}
