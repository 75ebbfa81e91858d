import { svgStyle } from './svg-style.ts';
import { escapeXml } from './xml.ts';

/**
 * A page that shows one of several pictures.
 *
 * @param pictures By the JSON of the sorted list of the closed groups that show in it.
 * @param closed The groups that are closed at first.
 */
export function htmlPage(name: string, pictures: Readonly<Record<string, string>>, closed: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(name)}</title>
<style>${style}${svgStyle('auto')}</style>
<body>
<header><h1>${escapeXml(name)}</h1><span>drag to move, wheel to zoom, click a nested pipeline to close or open it</span>
<nav><button data-do="in" title="larger">+</button><button data-do="out" title="smaller">−</button><button data-do="fit">fit</button><button data-do="open">open all</button></nav></header>
<main></main>
<script type="application/json" id="pictures">${inScript({ pictures, closed })}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that no parser of HTML takes for the end of the script. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const style = `
:root{color-scheme:light dark}
body{margin:0;height:100vh;display:flex;flex-direction:column;font:13px system-ui,sans-serif;background:#fff;color:#0f172a}
header{display:flex;gap:1em;align-items:center;padding:.5em 1em;border-bottom:1px solid #cbd5e1}
h1{font-size:15px;margin:0}
header span{color:#64748b;flex:1}
button{font:inherit;padding:.2em .7em;margin-left:.3em;border:1px solid #94a3b8;border-radius:6px;background:none;color:inherit;cursor:pointer}
main{flex:1;overflow:hidden;cursor:grab;touch-action:none}
main svg{transform-origin:0 0;max-width:none!important;user-select:none}
main .group,main .title,main [data-closed]{cursor:pointer}
@media(prefers-color-scheme:dark){body{background:#0f172a;color:#f1f5f9}header{border-color:#334155}header span{color:#94a3b8}}
@media(max-width:700px){header span{display:none}nav{margin-left:auto}}
`;

// Runs in the reader's browser, in a page of its own.
const script = `
const { pictures, closed: first } = JSON.parse(document.getElementById('pictures').textContent);
const main = document.querySelector('main');
const closed = new Set(first);
let view = { x: 0, y: 0, scale: 1 };
const place = () => {
  main.firstElementChild.style.transform = 'translate(' + view.x + 'px,' + view.y + 'px) scale(' + view.scale + ')';
};
const shown = () => [...closed].filter((path) => ![...closed].some((other) => path.startsWith(other + ' > '))).sort();
const show = () => {
  main.innerHTML = pictures[JSON.stringify(shown())];
  for (const path of closed) {
    const box = [...main.querySelectorAll('[data-path]')].find((each) => each.dataset.path === path);
    if (box) box.dataset.closed = '';
  }
  place();
};
const fit = () => {
  const { width, height } = main.firstElementChild.viewBox.baseVal;
  const scale = Math.min(1.5, main.clientWidth / width, main.clientHeight / height);
  view = { scale, x: (main.clientWidth - width * scale) / 2, y: (main.clientHeight - height * scale) / 2 };
  place();
};
const zoom = (factor, x = main.clientWidth / 2, y = main.clientHeight / 2) => {
  const scale = Math.min(8, Math.max(0.05, view.scale * factor));
  view = { scale, x: x - ((x - view.x) * scale) / view.scale, y: y - ((y - view.y) * scale) / view.scale };
  place();
};
const toggle = (path) => {
  const wasClosed = closed.has(path);
  if (wasClosed) closed.delete(path);
  else closed.add(path);
  if (JSON.stringify(shown()) in pictures) return show();
  // Too many to have a picture of each combination: all of the same depth together.
  closed.clear();
  if (!wasClosed) {
    const keys = Object.keys(pictures).map((key) => JSON.parse(key));
    for (const each of keys.find((key) => key.includes(path)) ?? []) closed.add(each);
  }
  show();
};
main.addEventListener('wheel', (event) => {
  event.preventDefault();
  const { left, top } = main.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 400), event.clientX - left, event.clientY - top);
}, { passive: false });
let from;
main.addEventListener('pointerdown', (event) => {
  from = { x: event.clientX, y: event.clientY, view, moved: false };
});
addEventListener('pointermove', (event) => {
  if (!from) return;
  const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
  if (Math.hypot(dx, dy) > 4) from.moved = true;
  view = { ...view, x: from.view.x + dx, y: from.view.y + dy };
  place();
});
addEventListener('pointerup', (event) => {
  const wasClick = from && !from.moved;
  from = undefined;
  const box = wasClick && event.target.closest('[data-closed], .title, .group');
  if (box) toggle(box.dataset.path);
});
document.querySelector('nav').addEventListener('click', ({ target }) => {
  const action = target.dataset.do;
  if (action === 'in') zoom(1.3);
  if (action === 'out') zoom(1 / 1.3);
  if (action === 'fit') fit();
  if (action === 'open') { closed.clear(); show(); fit(); }
});
show();
fit();
`;
