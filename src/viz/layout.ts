import { type Box, type Drawing, headingOf, type PictureOptions } from './drawing.ts';
import { type ElkExtendedEdge, type ElkNode, elk } from './elkjs.ts';
import { boldWidth, textWidth } from './text-width.ts';

/** A box with its place, in pixels from the upper left corner of the picture. */
export interface PlacedBox {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedArrow {
  readonly points: readonly Point[];
  /** With its middle. */
  readonly label: { readonly text: string; readonly at: Point } | undefined;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

/** Sizes of what is written, in pixels. */
export const LABEL_SIZE = 13;
export const NOTE_SIZE = 11;
export const LINE_HEIGHT = 16;
const MARGIN_X = 14;
const MARGIN_Y = 9;
export const GROUP_TITLE_HEIGHT = 30;
export const GROUP_MARGIN = 14;

/** Letters that are shown of a label and of a note; the whole is in the tooltip. */
const LONGEST_LABEL = 36;
const LONGEST_NOTE = 48;

/** On one line, and cut where it would make a box too wide. */
function shorten(text: string, longest: number): string {
  const letters = [...text.replace(/\s+/g, ' ')];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : letters.join('');
}

/** Small lines under the label of a box. */
export function notesOf({ outputs, state }: Box): string[] {
  const gives = outputs.length > 0 ? [shorten(`→ ${outputs.join(', ')}`, LONGEST_NOTE)] : [];
  return [...gives, ...(state ? [state.summary] : [])];
}

/** The label and what it is mapped over. */
export function titleOf(box: Box): { readonly label: string; readonly badge: string | undefined } {
  const { mapOver } = box;
  const badge = mapOver.length > 0 ? shorten(`× ${mapOver.join(', ')}`, LONGEST_LABEL) : undefined;
  return { label: shorten(headingOf(box), LONGEST_LABEL), badge };
}

const BADGE_MARGIN = 7;
export const BADGE_GAP = 8;

export const labelWidth = (label: string): number => boldWidth(label, LABEL_SIZE);
export const badgeWidth = (badge: string): number => boldWidth(badge, NOTE_SIZE) + 2 * BADGE_MARGIN;

/** Pixels of the label and its badge side by side. */
export function titleWidth(box: Box): number {
  const { label, badge } = titleOf(box);
  const own = labelWidth(label);
  return badge === undefined ? own : own + BADGE_GAP + badgeWidth(badge);
}

/** Pixels of all that is written in a box. */
export const textsWidth = (box: Box): number =>
  Math.max(titleWidth(box), ...notesOf(box).map((note) => textWidth(note, NOTE_SIZE)));

/** Where everything goes: layers, with groups as boxes around theirs (layered layout of the Eclipse Layout Kernel). */
export async function layOut(drawing: Drawing, direction: PictureOptions['direction'] = 'down'): Promise<Layout> {
  const graph: ElkNode = {
    id: 'picture',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'right' ? 'RIGHT' : 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.padding': '[top=16,left=16,bottom=16,right=16]',
      'elk.spacing.nodeNode': '22',
      'elk.spacing.edgeNode': '14',
      'elk.spacing.edgeEdge': '10',
      'elk.layered.spacing.nodeNodeBetweenLayers': '30',
      'elk.layered.spacing.edgeNodeBetweenLayers': '12',
      'elk.layered.mergeEdges': 'true',
      'elk.layered.mergeHierarchyEdges': 'true',
      ...effort(drawing.arrows.length),
    },
    children: drawing.boxes.map(toElk),
    edges: drawing.arrows.map(({ from, to, label }, index) => ({
      id: `arrow ${index}`,
      sources: [from],
      targets: [to],
      labels: label === undefined ? [] : [toElkLabel(shorten(label, LONGEST_LABEL))],
      layoutOptions: { 'elk.edgeLabels.inline': 'true' },
    })),
  };
  const placed = await (await elk()).layout(graph);
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: placeBoxes(drawing.boxes, placed.children ?? []),
    arrows: (placed.edges ?? []).map(placeArrow),
  };
}

/** What makes pictures better, as far as it takes no longer than a reader waits. */
function effort(arrows: number): Record<string, string> {
  const options = { 'elk.layered.nodePlacement.strategy': arrows > 80 ? 'BRANDES_KOEPF' : 'NETWORK_SIMPLEX' };
  if (arrows <= 250) return { ...options, 'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES' };
  return {
    ...options,
    'elk.layered.thoroughness': '2',
    'elk.layered.crossingMinimization.greedySwitch.type': 'OFF',
  };
}

const toElkLabel = (text: string) => ({ text, width: textWidth(text, NOTE_SIZE) + 6, height: 14 });

function toElk(box: Box): ElkNode {
  if (box.kind === 'group') {
    const children = box.boxes.map(toElk);
    // A least width is not heeded across levels; nested groups are at least as wide as what is known of them.
    const inside = Math.max(...box.boxes.map((each, index) => children[index]!.width ?? textsWidth(each)));
    const side = GROUP_MARGIN + Math.max(0, textsWidth(box) - inside) / 2;
    return {
      id: box.id,
      children,
      layoutOptions: {
        'elk.padding': `[top=${GROUP_TITLE_HEIGHT + notesOf(box).length * LINE_HEIGHT + 6},left=${side},bottom=${GROUP_MARGIN},right=${side}]`,
      },
    };
  }
  return {
    id: box.id,
    width: Math.max(40, textsWidth(box)) + 2 * MARGIN_X,
    height: LINE_HEIGHT * (1 + notesOf(box).length) + 2 * (box.kind === 'node' ? MARGIN_Y : 5),
  };
}

function placeBoxes(boxes: readonly Box[], placed: readonly ElkNode[]): PlacedBox[] {
  const byId = new Map(placed.map((node) => [node.id, node]));
  return boxes.map((box) => {
    const { x = 0, y = 0, width = 0, height = 0, children = [] } = byId.get(box.id)!;
    return { box, x, y, width, height, boxes: placeBoxes(box.boxes, children) };
  });
}

function placeArrow({ sections = [], labels = [] }: ElkExtendedEdge): PlacedArrow {
  const points = straighten(
    sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]),
  );
  const [label] = labels;
  return {
    points,
    label: label?.text === undefined ? undefined : { text: label.text, at: middleOf(label) },
  };
}

/** Lines that go into groups come out slanted by a pixel. */
const SLANT = 2;

function straighten(points: readonly Point[]): Point[] {
  const straight: Point[] = [];
  for (const point of points) {
    const before = straight.at(-1) ?? point;
    straight.push({
      x: Math.abs(point.x - before.x) < SLANT ? before.x : point.x,
      y: Math.abs(point.y - before.y) < SLANT ? before.y : point.y,
    });
  }
  return straight;
}

const middleOf = ({
  x = 0,
  y = 0,
  width = 0,
  height = 0,
}: {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
}) => ({
  x: x + width / 2,
  y: y + height / 2,
});
