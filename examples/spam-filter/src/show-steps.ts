import type { Callback } from 'hypernodes';

/** Prints the steps of the outermost pipeline: each map as it starts, each node as it ends. */
export const showSteps: Callback = {
  onMapStart: ({ path, depth, total }) => {
    if (depth === 1) console.log(`  … ${path.replace('learn > ', '')}: ${total?.toLocaleString('en')} mails`);
  },
  onNodeEnd: ({ node, depth, durationMs, error }) => {
    if (depth !== 1) return;
    const seconds = (durationMs / 1000).toFixed(2);
    console.log(`  ${error === undefined ? '✔' : '✖'} ${node.padEnd(20)} ${seconds.padStart(6)} s`);
  },
};
