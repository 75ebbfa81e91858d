import { InputError } from '../errors.ts';
import type { Provider } from './provider.ts';

/** Loads the provider of this name; each is a module of its own, because some need an optional peer. */
const loaders: Readonly<Record<string, () => Promise<Provider>>> = {
  local: async () => {
    const { LocalProvider } = await import('./local/local-provider.ts');
    return new LocalProvider();
  },
  modal: async () => {
    // By the package's own name: this room knows no provider that builds on it.
    const door = 'hypernodes/modal';
    const { ModalProvider } = (await import(door)) as { ModalProvider: new () => Provider };
    return new ModalProvider();
  },
};

/** Those in use, by name: one pool of containers per process. */
const opened = new Map<string, Promise<Provider>>();
let chosen: string | undefined;

/** Names that `--on` and `HYPERNODES_PROVIDER` may say. */
export const providerNames: readonly string[] = Object.keys(loaders);

/** Says which provider everything in this process uses, whatever apps say; what `hypernodes run --on` does. @internal */
export function useProvider(name: string): void {
  checkName(name, '--on');
  chosen = name;
}

/** The provider that was chosen for the process, or else the given one, or that of `HYPERNODES_PROVIDER`, or the local one. */
export async function defaultProvider(given?: Provider): Promise<Provider> {
  if (chosen !== undefined) return open(chosen);
  if (given !== undefined) return given;
  const name = process.env.HYPERNODES_PROVIDER || 'local';
  checkName(name, 'HYPERNODES_PROVIDER');
  return open(name);
}

/** Ends what the providers of this process run; those that apps brought along belong to whoever made them. */
export async function closeProviders(): Promise<void> {
  const open = [...opened.values()];
  opened.clear();
  await Promise.all(open.map(async (provider) => (await provider).close()));
}

function open(name: string): Promise<Provider> {
  let provider = opened.get(name);
  if (provider === undefined) {
    provider = loaders[name]!();
    opened.set(name, provider);
    provider.catch(() => opened.delete(name));
  }
  return provider;
}

function checkName(name: string, where: string): void {
  if (Object.hasOwn(loaders, name)) return;
  throw new InputError('INPUT_INVALID', `${where}: there is no provider '${name}'.`, {
    path: where,
    hint: `There is: ${providerNames.join(', ')}.`,
  });
}
