/** Colours by what they are for. */
const light = {
  ground: '#ffffff',
  box: '#f8fafc',
  border: '#94a3b8',
  group: '#f1f5f9',
  text: '#0f172a',
  muted: '#475569',
  arrow: '#64748b',
  badge: '#e0e7ff',
  badgetext: '#3730a3',
  end: '#f1f5f9',
  executed: '#16a34a',
  cached: '#2563eb',
  failed: '#dc2626',
  executedbox: '#f0fdf4',
  cachedbox: '#eff6ff',
  failedbox: '#fef2f2',
};

const dark: typeof light = {
  ground: '#0f172a',
  box: '#1e293b',
  border: '#64748b',
  group: '#18233a',
  text: '#f1f5f9',
  muted: '#a8b5c7',
  arrow: '#94a3b8',
  badge: '#312e81',
  badgetext: '#c7d2fe',
  end: '#273449',
  executed: '#4ade80',
  cached: '#60a5fa',
  failed: '#f87171',
  executedbox: '#12291f',
  cachedbox: '#14264a',
  failedbox: '#3a1a1e',
};

/** `auto`: as the reader's system, JupyterLab or VS Code has it. */
export type Theme = 'light' | 'dark' | 'auto';

const variables = (colours: typeof light): string =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');

/** Class of a picture: a page may hold several with a theme each, and a style sheet in a page holds for all of it. */
export const themeClass = (theme: Theme): string => `hypernodes-${theme}`;

function themes(theme: Theme): string {
  const [day, night] = [variables(light), variables(dark)];
  const picture = `.${themeClass(theme)}`;
  if (theme === 'light') return `${picture}{${day}}`;
  if (theme === 'dark') return `${picture}{${night}}`;
  return [
    `${picture}{${day}}`,
    `@media(prefers-color-scheme:dark){${picture}{${night}}}`,
    `[data-jp-theme-light="true"] ${picture},.vscode-light ${picture}{${day}}`,
    `[data-jp-theme-light="false"] ${picture},.vscode-dark ${picture}{${night}}`,
  ].join('');
}

/** The style sheet of a picture; all of it holds inside of `.hypernodes` only. */
export function svgStyle(theme: Theme): string {
  return `${themes(theme)}
.hypernodes{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;background:var(--ground)}
.hypernodes text{fill:var(--text);font-size:13px;text-anchor:middle;stroke:none}
.hypernodes .box>rect{fill:var(--box);stroke:var(--border)}
.hypernodes .node>text:first-of-type{font-weight:600}
.hypernodes .note{fill:var(--muted);font-size:11px}
.hypernodes .group>rect{fill:var(--group);stroke:var(--border)}
.hypernodes .title>rect:first-of-type{fill:var(--group);stroke:none}
.hypernodes .title text{text-anchor:start}
.hypernodes .title>text:first-of-type{font-weight:600}
.hypernodes .end>rect{fill:var(--end);stroke:var(--border)}
.hypernodes .end>text{fill:var(--muted)}
.hypernodes .optional>rect{stroke-dasharray:4 3}
.hypernodes rect.badge{fill:var(--badge);stroke:none}
.hypernodes text.badgetext{text-anchor:middle;stroke:none;fill:var(--badgetext);font-size:11px;font-weight:600}
.hypernodes .arrow{fill:none;stroke:var(--arrow);stroke-width:1.3}
.hypernodes .head{fill:var(--arrow);stroke:none}
.hypernodes .label{fill:var(--muted);font-size:11px;paint-order:stroke;stroke:var(--ground);stroke-width:4px}
.hypernodes .executed>rect:first-of-type{stroke:var(--executed)}
.hypernodes .cached>rect:first-of-type{stroke:var(--cached)}
.hypernodes .failed>rect:first-of-type{stroke:var(--failed);stroke-width:2}
.hypernodes .node.executed>rect:first-of-type{fill:var(--executedbox)}
.hypernodes .node.cached>rect:first-of-type{fill:var(--cachedbox)}
.hypernodes .node.failed>rect:first-of-type{fill:var(--failedbox)}`;
}
