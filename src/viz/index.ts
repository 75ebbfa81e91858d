export { display } from './display.ts';
export type { Drawable, PictureOptions } from './drawing.ts';
export type { Theme } from './svg-style.ts';
export { toDot } from './to-dot.ts';
export { toHTML } from './to-html.ts';
export { toMermaid } from './to-mermaid.ts';
export { type SvgOptions, toSVG } from './to-svg.ts';
export { toText } from './to-text.ts';
