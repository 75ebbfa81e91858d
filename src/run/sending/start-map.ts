import type { Plan } from '../../graph/index.ts';
import type { WholeMap } from '../map-items.ts';
import { MapRun, type MapSettings } from '../map-run.ts';
import type { Scope } from '../scope.ts';
import type { Task } from '../task.ts';
import { SentMap } from './sent-map.ts';

/** A map over items, here or elsewhere, as the engine in force wants. */
export function mapRun(parent: Task | undefined, scope: Scope, plan: Plan, items: WholeMap, settings: MapSettings) {
  const { sending, cache } = scope;
  // A cache that only this process can see is asked here, so that nothing runs twice; the nodes are sent one by one.
  if (sending === undefined || (sending.unit === 'node' && cache !== undefined && cache.shared !== true)) {
    return new MapRun(parent, scope, plan, items, settings);
  }
  return new SentMap(parent, scope, sending, plan, items, settings);
}
