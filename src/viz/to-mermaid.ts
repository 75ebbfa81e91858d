import { type Box, type Drawable, drawingOf, everyBox, type PictureOptions } from './drawing.ts';

/**
 * The graph of a pipeline as a Mermaid flowchart, which GitHub and many editors draw where it stands in Markdown.
 *
 * Source of the syntax: https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(pipeline: Drawable, options: PictureOptions = {}): string {
  const { boxes, arrows } = drawingOf(pipeline, options);
  // Names of the user's may be anything; ids of Mermaid may not.
  const ids = new Map([...everyBox(boxes)].map(({ id }, index) => [id, `n${index}`]));
  const lines = [`flowchart ${options.direction === 'right' ? 'LR' : 'TD'}`];

  const draw = (box: Box, indent: string): void => {
    const id = ids.get(box.id)!;
    if (box.kind === 'group') {
      lines.push(`${indent}subgraph ${id}["${titleOf(box)}"]`);
      for (const inner of box.boxes) draw(inner, `${indent}  `);
      lines.push(`${indent}end`);
    } else {
      const [open, close] = shapes[box.isCollapsed ? 'collapsed' : box.kind];
      lines.push(`${indent}${id}${open}"${titleOf(box)}"${close}`);
    }
  };
  for (const box of boxes) draw(box, '  ');
  for (const { from, to, label } of arrows) {
    lines.push(`  ${ids.get(from)} -->${label === undefined ? '' : `|"${escapeText(label)}"|`} ${ids.get(to)}`);
  }
  lines.push(...styles(boxes, ids));
  return `${lines.join('\n')}\n`;
}

const shapes = {
  input: ['([', '])'],
  output: ['([', '])'],
  node: ['[', ']'],
  collapsed: ['[[', ']]'],
} as const;

function titleOf({ label, type, outputs, mapOver, isOptional, state }: Box): string {
  const name = `${label}${isOptional ? ' ?' : ''}${type === undefined ? '' : `: ${type}`}`;
  const lines = [`${escapeText(name)}${mapOver.length > 0 ? ` × ${mapOver.map(escapeText).join(', ')}` : ''}`];
  if (outputs.length > 0) lines.push(`→ ${outputs.map(escapeText).join(', ')}`);
  if (state) lines.push(escapeText(state.summary));
  return lines.join('<br>');
}

/** Mermaid knows entities in texts between quotes, with `#` for `&`. */
const escapeText = (text: string): string =>
  text.replace(/[#"<>&`\\\r\n]/g, (character) => `#${character.codePointAt(0)};`);

const colours = {
  executed: 'fill:#dcfce7,stroke:#16a34a,color:#14532d',
  cached: 'fill:#dbeafe,stroke:#2563eb,color:#1e3a8a',
  failed: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
} as const;

function styles(boxes: readonly Box[], ids: ReadonlyMap<string, string>): string[] {
  return (['executed', 'cached', 'failed'] as const).flatMap((kind) => {
    const members = [...everyBox(boxes)].filter(({ state, kind: box }) => state?.kind === kind && box === 'node');
    if (members.length === 0) return [];
    return [`  classDef ${kind} ${colours[kind]}`, `  class ${members.map(({ id }) => ids.get(id)).join(',')} ${kind}`];
  });
}
