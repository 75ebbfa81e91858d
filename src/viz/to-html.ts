import { type Box, type Drawable, drawingOf, everyBox, type PictureOptions } from './drawing.ts';
import { htmlPage } from './html-page.ts';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';

/** Up to so many nested pipelines, every combination of open and closed ones is laid out; beyond, all of a depth together. */
const GROUPS_FOR_ALL = 5;
/** The same for boxes, over all combinations: they would take long, and much of the page. */
const BOXES_FOR_ALL = 1000;

/**
 * The graph of a pipeline as one self-contained page: drag, zoom, click a nested pipeline to close or open it.
 *
 * @throws MissingPeerError `MISSING_PEER` when elkjs is not installed.
 */
export async function toHTML(pipeline: Drawable, options: PictureOptions = {}): Promise<string> {
  const whole = drawingOf(pipeline, { ...options, depth: undefined });
  const boxes = [...everyBox(whole.boxes)];
  const depths = new Map(depthsOf(whole.boxes));
  const groups = [...depths.keys()];
  const isSmall = groups.length <= GROUPS_FOR_ALL && 2 ** groups.length * boxes.length <= BOXES_FOR_ALL;
  const variants = isSmall ? everySubset(groups) : everyDepth(depths);
  const pictures: Record<string, string> = {};
  for (const closed of variants) {
    const drawing = drawingOf(pipeline, options, (path) => closed.has(path));
    const key = JSON.stringify([...closed].filter((path) => !isInside(path, closed)).sort());
    pictures[key] ??= svgOf(drawing.name, await layOut(drawing, options.direction), 'auto', '');
  }
  const { depth = Number.POSITIVE_INFINITY } = options;
  const closedFirst = groups.filter((path) => depths.get(path) === depth + 1);
  return htmlPage(whole.name, pictures, closedFirst.sort());
}

function everySubset(groups: readonly string[]): ReadonlySet<string>[] {
  return Array.from(
    { length: 2 ** groups.length },
    (_, bits) => new Set(groups.filter((_, index) => (bits >> index) & 1)),
  );
}

function everyDepth(depths: ReadonlyMap<string, number>): ReadonlySet<string>[] {
  const groups = [...depths.keys()];
  const levels = [...new Set(depths.values())];
  return [new Set<string>(), ...levels.map((depth) => new Set(groups.filter((path) => depths.get(path) === depth)))];
}

/** Each group with how deep it is nested, from 1. */
function depthsOf(boxes: readonly Box[], depth = 1): (readonly [string, number])[] {
  return boxes.flatMap((box) =>
    box.kind === 'group' ? [[box.id, depth] as const, ...depthsOf(box.boxes, depth + 1)] : [],
  );
}

const isInside = (path: string, closed: ReadonlySet<string>): boolean =>
  [...closed].some((other) => path.startsWith(`${other} > `));
