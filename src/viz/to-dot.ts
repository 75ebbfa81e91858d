import { type Box, type Drawable, drawingOf, everyBox, headingOf, type PictureOptions } from './drawing.ts';

/**
 * The graph of a pipeline in DOT, the language of Graphviz.
 *
 * Source of the syntax: https://graphviz.org/doc/info/lang.html
 */
export function toDot(pipeline: Drawable, options: PictureOptions = {}): string {
  const { name, boxes, arrows } = drawingOf(pipeline, options);
  const ids = new Map([...everyBox(boxes)].map(({ id }, index) => [id, `n${index}`]));
  const lines = [
    `digraph ${quote(name)} {`,
    `  rankdir=${options.direction === 'right' ? 'LR' : 'TB'}; compound=true;`,
    '  node [shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#94a3b8", fontname="Helvetica", fontsize=11];',
    '  edge [color="#64748b", arrowsize=0.7, fontname="Helvetica", fontsize=9];',
  ];
  const draw = (box: Box, indent: string): void => {
    if (box.kind === 'group') {
      lines.push(`${indent}subgraph cluster_${ids.get(box.id)} {`);
      lines.push(`${indent}  label=${quote(titleOf(box))}; style=rounded; color="#94a3b8"; fontname="Helvetica";`);
      for (const inner of box.boxes) draw(inner, `${indent}  `);
      lines.push(`${indent}}`);
    } else {
      lines.push(`${indent}${ids.get(box.id)} [label=${quote(titleOf(box))}${attributesOf(box)}];`);
    }
  };
  for (const box of boxes) draw(box, '  ');
  for (const { from, to, label } of arrows) {
    lines.push(`  ${ids.get(from)} -> ${ids.get(to)}${label === undefined ? '' : ` [label=${quote(label)}]`};`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function titleOf(box: Box): string {
  const { outputs, mapOver, state } = box;
  const lines = [`${headingOf(box)}${mapOver.length > 0 ? ` × ${mapOver.join(', ')}` : ''}`];
  if (outputs.length > 0) lines.push(`→ ${outputs.join(', ')}`);
  if (state) lines.push(state.summary);
  return lines.join('\n');
}

const colours = { executed: '#dcfce7', cached: '#dbeafe', failed: '#fee2e2' } as const;

function attributesOf({ kind, isOptional, isCollapsed, state }: Box): string {
  if (kind === 'input' || kind === 'output') return `, shape=oval${isOptional ? ', style="dashed"' : ''}`;
  return `${isCollapsed ? ', peripheries=2' : ''}${state ? `, fillcolor="${colours[state.kind]}"` : ''}`;
}

/** Graphviz reads entities of HTML (`&amp;`) in every text, and stops at a NUL. */
const quote = (text: string): string =>
  `"${text
    .replaceAll('\0', '\ufffd')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/\r\n?|\n/g, '\\n')}"`;
