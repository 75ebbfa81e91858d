// Draws which room of src/ imports which into docs/layers.md; with --check, fails when the picture is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

const target = new URL('../docs/layers.md', import.meta.url);

type Imports = Map<string, Set<string>>;

const { output } = await cruise(['src'], {
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  includeOnly: '^src/',
});
const page = render(withoutDetours(importsBetweenRooms(output as ICruiseResult)));

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (readFileSync(target, 'utf8') !== page) {
  console.error('docs/layers.md is out of date: run npm run draw:layers and commit it.');
  process.exitCode = 1;
}

function importsBetweenRooms({ modules }: ICruiseResult): Imports {
  const imports: Imports = new Map();
  for (const { source, dependencies } of modules) {
    const from = roomOf(source);
    const reached = imports.get(from) ?? new Set();
    imports.set(from, reached);
    for (const { resolved } of dependencies) if (roomOf(resolved) !== from) reached.add(roomOf(resolved));
  }
  return imports;
}

/** `src/graph/types/unit.ts` → `graph`, `src/errors.ts` → `errors`. */
function roomOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

/** Leaves out a → c where a → b → c says it already. */
function withoutDetours(imports: Imports): Imports {
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(imports.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  const needed = (from: string, to: string) =>
    ![...imports.get(from)!].some((between) => between !== to && reaches(between, to));
  return new Map([...imports].map(([from, all]) => [from, new Set([...all].filter((to) => needed(from, to)))]));
}

function render(imports: Imports): string {
  const rooms = [...imports.keys()].sort();
  // `graph` and `end` are words of Mermaid's own, so the names of rooms are only labels.
  const boxes = rooms.map((room) => `  room_${room}["${room}"]`);
  const edges = rooms.flatMap((from) => [...imports.get(from)!].sort().map((to) => `  room_${from} --> room_${to}`));
  return `# Layers

Generated from the imports in \`src/\` by \`npm run draw:layers\`; the rules are in \`.dependency-cruiser.cjs\`.
An arrow says "imports". Arrows that a longer way along arrows says already are left out.

\`\`\`mermaid
flowchart BT
${[...boxes, ...edges].join('\n')}
\`\`\`
`;
}
