import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** How containers on this machine are run. */
export interface LocalOptions {
  /** Folder for images; the user's cache folder unless given. */
  readonly cacheFolder?: string;
  /** Folder for volumes and for results of spawned calls; the user's data folder unless given. */
  readonly dataFolder?: string;
  /** Values of secrets that are asked for by name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Makes an error of what this machine cannot honour, such as a GPU or another version of Node, instead of a warning. */
  readonly strict?: boolean;
}

/** Options with everything filled in. */
export interface LocalSettings {
  readonly cacheFolder: string;
  readonly dataFolder: string;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly strict: boolean;
}

export function localSettings(options: LocalOptions): LocalSettings {
  return {
    cacheFolder: resolve(options.cacheFolder ?? join(userFolder('cache'), 'hypernodes')),
    dataFolder: resolve(options.dataFolder ?? join(userFolder('data'), 'hypernodes')),
    secrets: options.secrets ?? {},
    strict: options.strict ?? false,
  };
}

/** Where programs of this system keep such files. */
function userFolder(kind: 'cache' | 'data'): string {
  const { env, platform } = process;
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', kind === 'cache' ? 'Caches' : 'Application Support');
  return kind === 'cache'
    ? env.XDG_CACHE_HOME || join(homedir(), '.cache')
    : env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
}
