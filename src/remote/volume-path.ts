import { posix } from 'node:path';
import { InputError } from '../errors.ts';

/**
 * A path of a volume in normal form, without a leading slash; empty for its root.
 *
 * @throws InputError `INPUT_INVALID` for one that leads out of the volume.
 */
export function volumePath(volume: string, path: string): string {
  if (path.split('/').includes('..')) {
    throw new InputError('INPUT_INVALID', `'${path}' leads out of the volume '${volume}'.`, {
      path,
      hint: "Give a path within it, without '..'.",
    });
  }
  return posix.normalize(`/${path}`).slice(1);
}
