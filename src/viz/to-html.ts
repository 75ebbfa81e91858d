import { type Drawable, drawingOf, everyBox, type PictureOptions } from './drawing.ts';
import { htmlPage } from './html-page.ts';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';

/** Up to so many nested pipelines, every combination of open and closed ones is laid out; beyond, all of a depth together. */
const GROUPS_FOR_ALL = 5;

/**
 * The graph of a pipeline as one self-contained page: drag, zoom, click a nested pipeline to close or open it.
 *
 * @throws MissingPeerError `MISSING_PEER` when elkjs is not installed.
 */
export async function toHTML(pipeline: Drawable, options: PictureOptions = {}): Promise<string> {
  const whole = drawingOf(pipeline, { ...options, depth: undefined });
  const groups = [...everyBox(whole.boxes)].filter(({ kind }) => kind === 'group').map(({ id }) => id);
  const variants = groups.length <= GROUPS_FOR_ALL ? everySubset(groups) : everyDepth(groups);
  const pictures: Record<string, string> = {};
  for (const closed of variants) {
    const drawing = drawingOf(pipeline, options, (path) => closed.has(path));
    const key = JSON.stringify([...closed].filter((path) => !isInside(path, closed)).sort());
    pictures[key] ??= svgOf(drawing.name, await layOut(drawing, options.direction), 'auto');
  }
  const { depth = Number.POSITIVE_INFINITY } = options;
  const closedFirst = groups.filter((path) => depthOf(path) > depth && depthOf(path) === depth + 1);
  return htmlPage(whole.name, pictures, closedFirst.sort());
}

function everySubset(groups: readonly string[]): ReadonlySet<string>[] {
  return Array.from(
    { length: 2 ** groups.length },
    (_, bits) => new Set(groups.filter((_, index) => (bits >> index) & 1)),
  );
}

function everyDepth(groups: readonly string[]): ReadonlySet<string>[] {
  const depths = [...new Set(groups.map(depthOf))];
  return [new Set<string>(), ...depths.map((depth) => new Set(groups.filter((path) => depthOf(path) === depth)))];
}

const depthOf = (path: string): number => path.split(' > ').length - 1;
const isInside = (path: string, closed: ReadonlySet<string>): boolean =>
  [...closed].some((other) => path.startsWith(`${other} > `));
