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
      lines.push(`${indent}subgraph ${id}[${quote(titleOf(box))}]`);
      for (const inner of box.boxes) draw(inner, `${indent}  `);
      lines.push(`${indent}end`);
    } else {
      const [open, close] = shapes[box.isCollapsed ? 'collapsed' : box.kind];
      lines.push(`${indent}${id}${open}${quoteInBox(titleOf(box))}${close}`);
    }
  };
  for (const box of boxes) draw(box, '  ');
  for (const { from, to, label } of arrows) {
    lines.push(`  ${ids.get(from)} -->${label === undefined ? '' : `|${quote(label)}|`} ${ids.get(to)}`);
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
  const lines = [`${name}${mapOver.length > 0 ? ` × ${mapOver.join(', ')}` : ''}`];
  if (outputs.length > 0) lines.push(`→ ${outputs.join(', ')}`);
  if (state) lines.push(state.summary);
  return lines.join('\n');
}

/** What Markdown takes for emphasis, code and links, or, where a line starts, for lists and rules. */
const MARKDOWN =
  /[#`*~@\\]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\](?=[(:])|:(?=\S)|(?<=\bwww)\.|(?<=^\s*\d+)[.)](?=\s|$)|(?<=^\s*)[-+]/imu;
/** That, and what ends a text or is markup, a comment or a formula. */
const SPECIAL = new RegExp(`(${MARKDOWN.source})|["&<>%$]`, 'gimu');

/** A text between quotes, where entities stand for what has a meaning, with `#` for `&`. */
const quote = (text: string): string => `"${escapeText(text)}"`;

/**
 * The same in a box. Mermaid 11 reads what is there as Markdown, and entities as what they stand for; later versions read it as
 * Markdown only between backticks.
 */
function quoteInBox(text: string): string {
  return MARKDOWN.test(text) ? `"\`${escapeText(text, '\\')}\`"` : quote(text);
}

const escapeText = (text: string, beforeMarkdown = ''): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(SPECIAL, (character: string, markdown: string | undefined) => {
      const entity = `#${character.codePointAt(0)};`;
      return markdown === undefined ? entity : `${beforeMarkdown}${entity}`;
    })
    .replaceAll('\n', '<br>');

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
