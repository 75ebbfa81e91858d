import { findNotebook } from '../events/index.ts';
import type { Arrow, Box } from './drawing.ts';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';

/** The kernel answers the cell that imported us before it is kept busy. */
const DELAY_MS = 50;

/** In a notebook, draws once between cells, when nobody waits: the first picture takes four times as long as the next. */
export function warmUpInNotebook(): void {
  if (findNotebook() === undefined) return;
  setTimeout(() => {
    // Who asks for a picture is told what is missing.
    layOut({ name: '', boxes, arrows })
      .then((layout) => svgOf('', layout, 'auto'))
      .catch(() => undefined);
  }, DELAY_MS);
}

const box = (id: string, inner: readonly Box[] = []): Box => ({
  id,
  kind: inner.length > 0 ? 'group' : 'node',
  label: id,
  type: undefined,
  outputs: [],
  mapOver: [],
  isOptional: false,
  isCollapsed: false,
  state: undefined,
  boxes: inner,
});
const arrow = (from: string, to: string, label?: string): Arrow => ({ from, to, label });

const boxes = [box('a'), box('b'), box('c', [box('d'), box('e')]), box('f')];
const arrows = [arrow('a', 'd'), arrow('b', 'e'), arrow('d', 'e'), arrow('e', 'f', 'label'), arrow('a', 'f')];
