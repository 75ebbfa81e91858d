import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

const { exports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, unknown>;
};

/** Every door of the `exports` map is built from the room of the same name. */
const entry = Object.fromEntries(
  Object.keys(exports)
    .filter((door) => !door.endsWith('.json'))
    .map((door) => (door === '.' ? ['index', 'src/index.ts'] : [door.slice(2), `src/${door.slice(2)}/index.ts`])),
);

/** Programs of their own, which are started, not imported. */
const programs = {
  cli: 'src/cli/main.ts',
  'modal-follow': 'src/modal/inside/follow.ts',
  'modal-job': 'src/modal/inside/job.ts',
  'modal-bridge': 'src/modal/inside/bridge.ts',
  'modal-keeper': 'src/modal/inside/keeper.ts',
  'modal-reaper': 'src/modal/reaper/main.ts',
  'remote-paths': 'src/remote/runner/paths-program.ts',
  'remote-runner': 'src/remote/runner/main.ts',
  'worker-program': 'src/engines/worker/program.ts',
};

export default defineConfig({
  entry: { ...entry, ...programs },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: true,
  sourcemap: true,
  clean: true,
  fixedExtension: false,
});
