import type { PipelineDescription } from '../graph/index.ts';
import type { Drawable } from './drawing.ts';

/** The graph of a pipeline as lines of text, nested pipelines indented: what each node reads and gives. */
export function toText(pipeline: Drawable): string {
  return `${linesOf(pipeline.describe(), '').join('\n')}\n`;
}

/** Names may hold anything, also ends of lines. */
const lineOf = (indent: string, name: string, inputs: readonly string[], outputs: readonly string[]): string => {
  const [title, taken, given] = [name, inputs.join(', '), outputs.join(', ')].map((text) => text.replace(/\s+/g, ' '));
  return `${indent}${title}  (${taken}) → ${given}`;
};

function linesOf({ name, inputs, nodes, outputs }: PipelineDescription, indent: string, title = name): string[] {
  const taken = inputs.map((input) => (input.required ? input.name : `${input.name}?`));
  const lines = [lineOf(indent, title, taken, outputs)];
  for (const node of nodes) {
    const inner = `${indent}  `;
    if (node.pipeline === undefined) {
      const read = node.inputs.map((input) => input.name);
      lines.push(lineOf(inner, node.name, read, node.outputs));
      continue;
    }
    const mapped = node.mapOver.length > 0 ? ` × ${node.mapOver.join(', ')}` : '';
    lines.push(...linesOf(node.pipeline, inner, `${node.name}${mapped}`));
  }
  return lines;
}
