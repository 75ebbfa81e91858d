import { parseArgs } from 'node:util';
import { RemoteError } from '../errors.ts';
import { ModalProvider } from '../modal/index.ts';
import { type Command, UsageError } from './command.ts';
import { formatDuration } from './format.ts';

const usage = `Usage: hypernodes modal <action> [options]

  ps                    containers of hypernodes that run on Modal, whoever started them
  stop <id…> | --all    ends containers
  logs <id>             what a container printed last (--lines <n>; 100 unless given)

--app <name> looks at one app only; --environment <name> at another environment than that of the profile.`;

type Values = {
  readonly app?: string;
  readonly environment?: string;
  readonly all?: boolean;
  readonly lines?: string;
};
type Action = (modal: ModalProvider, ids: readonly string[], values: Values) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  async ps(modal, _, { app }) {
    const line = (...cells: readonly string[]): string =>
      cells
        .map((cell, index) => cell.padEnd([30, 7, 12, 24][index] ?? 0))
        .join('  ')
        .trimEnd();
    console.log(line('container', 'for', 'running', 'app', 'function'));
    for await (const { id, kind, startedAt, app: name, function: called } of modal.containers(app)) {
      console.log(line(id, kind, formatDuration(Date.now() - startedAt), name, called));
    }
    return 0;
  },

  async stop(modal, ids, { all, app }) {
    if (ids.length > 0 === (all === true)) throw new UsageError('stop needs either ids of containers or --all.');
    const found: string[] = [...ids];
    if (all) for await (const { id } of modal.containers(app)) found.push(id);
    let code = 0;
    for (const id of found) {
      try {
        await modal.stop(id);
        console.log(`stopped ${id}`);
      } catch (error) {
        // The others cost money, too.
        if (!(error instanceof RemoteError) || error.code !== 'REMOTE_CANCELLED') throw error;
        console.error(`hypernodes: ${error.message}`);
        code = 1;
      }
    }
    return code;
  },

  async logs(modal, [id, ...others], { lines = '100' }) {
    if (id === undefined || others.length > 0) throw new UsageError('logs needs the id of one container.');
    const count = Number(lines);
    if (!Number.isInteger(count) || count < 1) throw new UsageError(`--lines is '${lines}'; expected a number from 1.`);
    for await (const text of modal.logs(id, count)) console.log(text);
    return 0;
  },
};

/** `hypernodes modal`: what runs on Modal, and ending it. */
export const modalCommand: Command = {
  usage,
  async run(parameters) {
    const { values, positionals } = parse(parameters);
    const [name = '', ...ids] = positionals;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined) throw new UsageError(name === '' ? 'say what to do.' : `there is no action '${name}'.`);
    const modal = new ModalProvider({ environment: values.environment, sweep: false });
    try {
      return await action(modal, ids, values);
    } finally {
      await modal.close();
    }
  },
};

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        app: { type: 'string' },
        environment: { type: 'string' },
        all: { type: 'boolean' },
        lines: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
