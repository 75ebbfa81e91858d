export { GroupTally } from './group-tally.ts';
export { ItemTally, type ItemWatcher } from './item-tally.ts';
export { type NodeState, NodeTally } from './node-tally.ts';
export { RunTally } from './run-tally.ts';
