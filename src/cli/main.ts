#!/usr/bin/env node
import { HypernodesError } from '../errors.ts';
import { type Command, UsageError } from './command.ts';

/** Name → what it does and where it is; a command is loaded when it is called. */
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  cache: {
    summary: 'list, check and clean a cache, or keep results over an edit',
    load: async () => (await import('./cache.ts')).cacheCommand,
  },
  graph: {
    summary: 'draw a pipeline: as text, Mermaid, DOT, SVG or a page',
    load: async () => (await import('./graph.ts')).graphCommand,
  },
  modal: {
    summary: 'show, stop and read containers that run on Modal',
    load: async () => (await import('./modal.ts')).modalCommand,
  },
  plan: {
    summary: 'show what a run would do, without doing it',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  run: {
    summary: 'run what a script is for: its entrypoint, function or pipeline, here or elsewhere',
    load: async () => (await import('./run.ts')).runCommand,
  },
  why: {
    summary: 'show which nodes the cache knows, and what changed for the others',
    load: async () => (await import('./why.ts')).whyCommand,
  },
};

const usage = `hypernodes: typed dataflow, cached by what its code and inputs are.

Usage: hypernodes <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  .join('\n')}

hypernodes <command> --help tells more.`;

async function main([name, ...parameters]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(usage);
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    console.error(`hypernodes: there is no command '${name}'.\n\n${usage}`);
    return 2;
  }
  const command = await entry.load();
  const own = parameters.includes('--') ? parameters.slice(0, parameters.indexOf('--')) : parameters;
  const wantsHelp = own.includes('--help') || own.includes('-h');
  try {
    if (wantsHelp) {
      console.log(parameters.length > 1 && command.help !== undefined ? await command.help(parameters) : command.usage);
      return 0;
    }
    return await command.run(parameters);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`hypernodes ${name}: ${error.message}\n\n${command.usage}`);
    return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Our own messages say what to do; anything else is shown with where it came from.
  console.error(error instanceof HypernodesError ? `hypernodes: ${error.message}` : error);
  process.exitCode = 1;
}
