import { InputError } from '../errors.ts';

/** How to reach Modal and what containers get unless a function says otherwise. */
export interface ModalOptions {
  /** Id of the token; otherwise `MODAL_TOKEN_ID` or the profile in `~/.modal.toml`. */
  readonly tokenId?: string | undefined;
  /** Secret of the token; otherwise `MODAL_TOKEN_SECRET` or the profile in `~/.modal.toml`. */
  readonly tokenSecret?: string | undefined;
  /** Environment of the workspace; otherwise that of the profile. */
  readonly environment?: string | undefined;
  /** Cores reserved for a container; 1 unless given. */
  readonly cpu?: number | undefined;
  /** MiB reserved for a container, which are also its limit; 1024 unless given. */
  readonly memory?: number | undefined;
  readonly region?: string | undefined;
  /** Seconds after which a container ends at the latest, whatever it does; 24 hours unless given, which is Modal's limit. */
  readonly lifetime?: number | undefined;
  /** Seconds that looking up or building what a container starts from may take; an hour unless given. */
  readonly buildTimeout?: number | undefined;
  /** Seconds without a sign of life from this process after which a container ends itself; 60 unless given. */
  readonly orphanTimeout?: number | undefined;
  /** Seconds for which the container of a spawned call stays after it, because its result is quicker to get there than from the volume where it is kept; 10 unless given. */
  readonly resultLifetime?: number | undefined;
  /** Looks at the first start for containers that crashed processes of this machine left behind, and ends them; `true` unless given. */
  readonly sweep?: boolean | undefined;
}

/** Options with their defaults filled in. */
export interface ModalSettings {
  readonly tokenId?: string;
  readonly tokenSecret?: string;
  readonly environment?: string;
  readonly region?: string;
  readonly cpu: number;
  readonly memory: number;
  readonly lifetime: number;
  readonly buildTimeout: number;
  readonly orphanTimeout: number;
  readonly resultLifetime: number;
  readonly sweep: boolean;
}

/** Modal's longest life of a sandbox, in seconds. */
const longestLifetime = 24 * 3600;

/** @throws InputError `INPUT_INVALID` for numbers that Modal does not take. */
export function modalSettings(options: ModalOptions): ModalSettings {
  const settings: ModalSettings = {
    cpu: 1,
    memory: 1024,
    lifetime: longestLifetime,
    buildTimeout: 3600,
    orphanTimeout: 60,
    resultLifetime: 10,
    sweep: true,
    ...defined(options),
  };
  check('cpu', settings.cpu > 0, 'a positive number of cores');
  check('memory', settings.memory >= 1, 'a positive number of MiB');
  check('lifetime', settings.lifetime >= 1 && settings.lifetime <= longestLifetime, `1 to ${longestLifetime} seconds`);
  check(
    'buildTimeout',
    settings.buildTimeout > 0 && settings.buildTimeout <= longestLifetime,
    `up to ${longestLifetime} seconds`,
  );
  check('orphanTimeout', settings.orphanTimeout >= 1, 'at least 1 second');
  check('resultLifetime', settings.resultLifetime >= 1, 'at least 1 second');

  function check(
    name: 'cpu' | 'memory' | 'lifetime' | 'buildTimeout' | 'orphanTimeout' | 'resultLifetime',
    ok: boolean,
    expected: string,
  ) {
    if (ok) return;
    const message = `ModalProvider: ${name} is ${settings[name]}; expected ${expected}.`;
    throw new InputError('INPUT_INVALID', message, { path: name });
  }
  return settings;
}

type Defined<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

function defined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<Value>;
}

/** Whole seconds, in the milliseconds that the SDK wants. */
export function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds)) * 1000;
}
