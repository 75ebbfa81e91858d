import { type Box, headingOf } from './drawing.ts';
import {
  BADGE_GAP,
  badgeWidth,
  GROUP_MARGIN,
  GROUP_TITLE_HEIGHT,
  type Layout,
  LINE_HEIGHT,
  labelWidth,
  notesOf,
  type PlacedArrow,
  type PlacedBox,
  type Point,
  textsWidth,
  titleOf,
  titleWidth,
} from './layout.ts';
import { svgStyle, type Theme, themeClass } from './svg-style.ts';
import { escapeXml } from './xml.ts';

const CORNER = 8;
const HEAD = { length: 7, halfWidth: 3.6 };

/** The picture of a layout; without `style` where the page around it has the style sheet. */
export function svgOf(
  name: string,
  { width, height, boxes, arrows }: Layout,
  theme: Theme,
  style = `<style>${svgStyle(theme)}</style>`,
): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="hypernodes ${themeClass(theme)}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escapeXml(`pipeline ${name}`)}" style="max-width:100%;height:auto">`,
    style,
    // Groups lie under the arrows that go into them.
    ...boxes.flatMap(drawGroups),
    ...arrows.map(drawArrow),
    ...boxes.flatMap(drawGroupTitles),
    ...boxes.flatMap(drawLeaves),
    ...arrows.flatMap(drawArrowLabel),
    '</svg>',
  ].join('\n');
}

function drawGroups(placed: PlacedBox): string[] {
  if (placed.box.kind !== 'group') return [];
  const { box, x, y, width, height } = placed;
  const state = box.state ? ` ${box.state.kind}` : '';
  const area = `<g class="box group${state}" data-path="${escapeXml(box.id)}">${rect(x, y, width, height, 10)}</g>`;
  return [area, ...placed.boxes.flatMap(drawGroups)];
}

/** After the arrows, which may run where the title is. */
function drawGroupTitles(placed: PlacedBox): string[] {
  if (placed.box.kind !== 'group') return [];
  const { box, x, y } = placed;
  const notes = notesOf(box).map((note, index) =>
    text(note, x + GROUP_MARGIN, y + GROUP_TITLE_HEIGHT + 8 + index * LINE_HEIGHT, 'note'),
  );
  // Covers what runs behind the text.
  const ground = rect(
    x + GROUP_MARGIN - 5,
    y + 5,
    textsWidth(box) + 10,
    GROUP_TITLE_HEIGHT - 8 + notes.length * LINE_HEIGHT,
    5,
  );
  return [
    `<g class="title" data-path="${escapeXml(box.id)}"><title>${escapeXml(tooltipOf(box))}</title>${ground}${titleAt(placed, x + GROUP_MARGIN, y + 20, 'start')}${notes.join('')}</g>`,
    ...placed.boxes.flatMap(drawGroupTitles),
  ];
}

function drawLeaves(placed: PlacedBox): string[] {
  const { box, x, y, width, height } = placed;
  if (box.kind === 'group') return placed.boxes.flatMap(drawLeaves);
  const isEnd = box.kind !== 'node';
  const classes = [
    'box',
    isEnd ? 'end' : 'node',
    ...(box.isOptional ? ['optional'] : []),
    ...(box.state ? [box.state.kind] : []),
  ].join(' ');
  const notes = notesOf(box);
  const middle = x + width / 2;
  const first = y + (height - LINE_HEIGHT * (1 + notes.length)) / 2 + 12.5;
  // A second border: there is something inside.
  const inner = box.isCollapsed ? rect(x + 3, y + 3, width - 6, height - 6, 5) : '';
  return [
    `<g class="${classes}" data-path="${escapeXml(box.id)}"><title>${escapeXml(tooltipOf(box))}</title>${rect(x, y, width, height, isEnd ? height / 2 : 7)}${inner}${titleAt(placed, middle, first, 'middle')}${notes
      .map((note, index) => text(note, middle, first + (index + 1) * LINE_HEIGHT, 'note'))
      .join('')}</g>`,
  ];
}

/** All that there is to say, at full length. */
function tooltipOf(box: Box): string {
  if (box.kind === 'input') return `input ${headingOf(box)}${box.isOptional ? ' (has a default)' : ''}`;
  if (box.kind === 'output') return `output ${headingOf(box)}`;
  return [
    box.id,
    ...(box.mapOver.length > 0 ? [`mapped over ${box.mapOver.join(', ')}`] : []),
    ...(box.outputs.length > 0 ? [`→ ${box.outputs.join(', ')}`] : []),
    ...(box.state ? [box.state.summary] : []),
  ].join('\n');
}

function titleAt({ box }: PlacedBox, x: number, y: number, anchor: 'start' | 'middle'): string {
  const { label, badge } = titleOf(box);
  const full = titleWidth(box);
  const own = labelWidth(label);
  if (badge === undefined) return text(label, x, y);
  const left = anchor === 'start' ? x : x - full / 2;
  const wide = badgeWidth(badge);
  const badgeLeft = left + own + BADGE_GAP;
  return [
    text(label, anchor === 'start' ? left : left + own / 2, y),
    `<rect class="badge" x="${round(badgeLeft)}" y="${round(y - 12.5)}" width="${round(wide)}" height="17" rx="8.5"/>`,
    text(badge, badgeLeft + wide / 2, y - 0.5, 'badgetext'),
  ].join('');
}

function drawArrow({ points }: PlacedArrow): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) return '';
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [dx, dy] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const neck = { x: end.x - dx * HEAD.length, y: end.y - dy * HEAD.length };
  const side = { x: -dy * HEAD.halfWidth, y: dx * HEAD.halfWidth };
  const head = [end, { x: neck.x + side.x, y: neck.y + side.y }, { x: neck.x - side.x, y: neck.y - side.y }];
  return `<path class="arrow" d="${rounded([...points.slice(0, -1), neck])}"/><path class="head" d="M${head.map(pair).join('L')}Z"/>`;
}

function drawArrowLabel({ label }: PlacedArrow): string[] {
  return label === undefined ? [] : [text(label.text, label.at.x, label.at.y + 4, 'label')];
}

/** A line through the points with round corners. */
function rounded(points: readonly Point[]): string {
  const parts = [`M${pair(points[0]!)}`];
  for (let index = 1; index < points.length - 1; index++) {
    const [from, corner, to] = [points[index - 1]!, points[index]!, points[index + 1]!];
    const radius = Math.min(CORNER, distance(from, corner) / 2, distance(corner, to) / 2);
    parts.push(`L${pair(towards(corner, from, radius))}Q${pair(corner)} ${pair(towards(corner, to, radius))}`);
  }
  parts.push(`L${pair(points.at(-1)!)}`);
  return parts.join('');
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function towards(from: Point, to: Point, length: number): Point {
  const share = length / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

const round = (number: number): string => String(Math.round(number * 10) / 10);
const pair = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const rect = (x: number, y: number, width: number, height: number, radius: number): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}"/>`;
const text = (content: string, x: number, y: number, className?: string): string =>
  `<text x="${round(x)}" y="${round(y)}"${className === undefined ? '' : ` class="${className}"`}>${escapeXml(content)}</text>`;
