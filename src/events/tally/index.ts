export { GroupTally } from './group-tally.ts';
export { type NodeState, NodeTally } from './node-tally.ts';
export { RunTally } from './run-tally.ts';
