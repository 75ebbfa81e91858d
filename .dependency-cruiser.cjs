const { peerDependencies = {} } = require('./package.json');

/** What each room of `src/` may import besides itself: only these, and only their `index.ts`. */
const layers = {
  inspect: ['errors'],
  graph: ['errors', 'inspect'],
  events: ['errors'],
  identity: ['errors', 'inspect', 'graph', 'events', 'cache', 'pack'],
  codec: ['errors', 'inspect', 'graph', 'events', 'identity'],
  cache: ['errors', 'inspect', 'graph', 'events', 'identity', 'codec', 'pack'],
  pack: ['errors', 'inspect', 'graph', 'events', 'identity', 'codec', 'cache'],
  run: ['errors', 'inspect', 'graph', 'events', 'identity', 'codec', 'cache', 'pack'],
  engines: ['errors', 'inspect', 'graph', 'events', 'identity', 'cache', 'pack', 'run'],
  remote: ['errors', 'inspect', 'graph', 'events', 'identity', 'cache', 'pack', 'run', 'engines'],
  modal: ['errors', 'inspect', 'graph', 'events', 'identity', 'cache', 'pack', 'run', 'engines', 'remote'],
  callbacks: ['errors', 'graph', 'events'],
  viz: ['errors', 'graph', 'events'],
};

const layerRules = Object.entries(layers).map(([room, allowed]) => ({
  name: `layer-${room}`,
  comment: `${room} may import ${allowed.join(', ')}: see docs/layers.md.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})(/|\\.ts$)` },
}));

/** An optional peer belongs to the one file that is named after it: `pino.ts`, `opentelemetry-api.ts`. */
const peerRules = Object.keys(peerDependencies).flatMap((peer) => {
  const file = peer.replace('@', '').replace('/', '-');
  return [
    {
      name: `peer-${file}-in-its-file`,
      comment: `Only a file named ${file}.ts imports ${peer}.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `/${file}\\.ts$` },
      to: { path: `(^|/)node_modules/${peer}/` },
    },
    {
      name: `peer-${file}-is-lazy`,
      comment: `${peer} is optional: import() it when it is needed.`,
      severity: 'error',
      from: { path: '^src/' },
      to: { path: `(^|/)node_modules/${peer}/`, dynamic: false, dependencyTypesNot: ['type-only'] },
    },
  ];
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Files that import each other cannot be loaded one at a time. Types may refer to each other; and syntax is recursive, and so are the files that walk it.',
      severity: 'error',
      from: { pathNot: '^src/identity/code/translate' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'errors-import-nothing',
      severity: 'error',
      from: { path: '^src/errors\\.ts$' },
      to: {},
    },
    {
      name: 'rooms-are-known',
      comment: 'A new room gets its line in `layers` first.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/(${[...Object.keys(layers), 'cli', 'errors', 'index'].join('|')})(/|\\.ts$)`,
      },
      to: {},
    },
    ...layerRules,
    {
      name: 'through-the-door',
      comment: 'Other rooms are entered through their index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'entry-through-the-doors',
      comment: 'What `import "hypernodes"` gives comes from the doors of the rooms.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/[^/]+/.', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'nobody-imports-the-top',
      comment: 'src/index.ts and the command line are for users.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/(index\\.ts$|cli/)' },
    },
    {
      name: 'inspector-and-parser-in-inspect',
      comment: 'Seeing into functions happens in one room.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/inspect/' },
      to: { path: '^(node:)?inspector|(^|/)node_modules/acorn/', dependencyTypesNot: ['type-only'] },
    },
    ...peerRules,
    {
      name: 'declared-dependencies',
      comment: 'What the library imports stands in its package.json.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'],
        // An optional peer is a development dependency too: it is tested with.
        dependencyTypesNot: ['npm-peer'],
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
