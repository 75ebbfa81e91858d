import { readFileSync } from 'node:fs';
import type { KnipConfig } from 'knip';

const { exports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, unknown>;
};

/** What users can import is used; everything else must be used by that, by a test or by a script. */
const doors = Object.keys(exports)
  .filter((door) => !door.endsWith('.json'))
  .map((door) => (door === '.' ? 'src/index.ts' : `src/${door.slice(2)}/index.ts`));

export default {
  workspaces: {
    '.': {
      entry: [
        ...doors.map((door) => `${door}!`),
        'src/cli/main.ts!',
        'src/engines/worker/program.ts!',
        'src/remote/runner/{main,paths-program}.ts!',
        'src/modal/inside/{bridge,follow,job,keeper}.ts!',
        'src/modal/reaper/main.ts!',
        'scripts/*.{ts,mjs}',
        'test/pack/{cases/index,lowered/accounts}.ts',
        'test/types/{accepted,refused/*}.ts',
      ],
      project: ['src/**/*.ts!', 'test/**/*.ts', 'scripts/*.{ts,mjs}', '*.ts'],
    },
    'examples/spam-filter': { project: ['src/**/*.ts'] },
  },
  // Packages that the tests of packing make for themselves: test/pack/packages.
  ignoreDependencies: ['commonjs-tools', 'import-only-tools', 'two-builds'],
  ignoreExportsUsedInFile: true,
  // Modules that tests look at as a whole, and programs of the system.
  ignore: ['test/**/fixtures/**'],
  ignoreBinaries: ['mount', 'openssl', 'umount', 'unshare'],
  // Types that only public declarations mention must be exported for them, used by name or not.
  exclude: ['types'],
} satisfies KnipConfig;
