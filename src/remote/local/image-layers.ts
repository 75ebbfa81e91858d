import { hash } from 'node:crypto';
import type { ImageSpec, ImageStep } from '../image-spec.ts';

/** Steps of an image that are made and kept together. */
export interface ImageLayer {
  /** Of all steps up to the last one of this layer, and of what they run on. */
  readonly key: string;
  readonly steps: readonly ImageStep[];
}

/** What a laptop has already, or hasn't got at all. */
const NOT_MADE = new Set<ImageStep['kind']>(['from', 'node', 'apt-install']);
/** Steps that take long; each is a layer, so that a change of a file doesn't repeat them. */
const SLOW = new Set<ImageStep['kind']>(['npm-install', 'npm-lock', 'run']);

/** The layers of an image, the first one first. */
export function imageLayers({ steps }: ImageSpec): readonly ImageLayer[] {
  const layers: ImageLayer[] = [];
  let key = hash('sha256', `${process.platform} ${process.arch} ${process.versions.modules}`);
  let open: ImageStep[] = [];
  const close = (): void => {
    if (open.length === 0) return;
    key = hash('sha256', `${key} ${JSON.stringify(open.map(identityOf))}`);
    layers.push({ key, steps: open });
    open = [];
  };
  for (const step of steps) {
    if (NOT_MADE.has(step.kind)) continue;
    if (SLOW.has(step.kind)) close();
    open.push(step);
    if (SLOW.has(step.kind)) close();
  }
  close();
  return layers;
}

/** A file is known by its content, wherever it lies. */
function identityOf(step: ImageStep): unknown {
  return step.kind === 'add' ? { kind: step.kind, target: step.target, digest: step.digest } : step;
}
