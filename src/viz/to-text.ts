import type { PipelineDescription } from '../graph/index.ts';
import type { Drawable } from './drawing.ts';

/** The graph of a pipeline as lines of text, nested pipelines indented: what each node reads and gives. */
export function toText(pipeline: Drawable): string {
  return `${linesOf(pipeline.describe(), '').join('\n')}\n`;
}

function linesOf({ name, inputs, nodes, outputs }: PipelineDescription, indent: string, title = name): string[] {
  const taken = inputs.map((input) => (input.required ? input.name : `${input.name}?`));
  const lines = [`${indent}${title}  (${taken.join(', ')}) → ${outputs.join(', ')}`];
  for (const node of nodes) {
    const inner = `${indent}  `;
    if (node.pipeline === undefined) {
      lines.push(
        `${inner}${node.name}  (${node.inputs.map(({ name }) => name).join(', ')}) → ${node.outputs.join(', ')}`,
      );
      continue;
    }
    const mapped = node.mapOver.length > 0 ? ` × ${node.mapOver.join(', ')}` : '';
    lines.push(...linesOf(node.pipeline, inner, `${node.name}${mapped}`));
  }
  return lines;
}
