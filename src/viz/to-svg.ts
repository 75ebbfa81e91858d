import { type Drawable, drawingOf, type PictureOptions } from './drawing.ts';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';
import type { Theme } from './svg-style.ts';

/** How a picture as SVG looks. */
export interface SvgOptions extends PictureOptions {
  /** `'auto'` (unless given): as the reader's system, JupyterLab or VS Code has it. */
  readonly theme?: Theme;
}

/**
 * The graph of a pipeline as an SVG picture, laid out in layers by the optional package elkjs.
 *
 * @throws MissingPeerError `MISSING_PEER` when elkjs is not installed.
 */
export async function toSVG(pipeline: Drawable, options: SvgOptions = {}): Promise<string> {
  const drawing = drawingOf(pipeline, options);
  return svgOf(drawing.name, await layOut(drawing, options.direction), options.theme ?? 'auto');
}
