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
  /** Seconds without a sign of life from this process after which a container ends itself; 60 unless given. */
  readonly orphanTimeout?: number | undefined;
  /** Seconds for which the container of a spawned call stays after the call, to give its result; 600 unless given. */
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
  readonly orphanTimeout: number;
  readonly resultLifetime: number;
  readonly sweep: boolean;
}

/** Modal's longest life of a sandbox, in seconds. */
const longestLifetime = 24 * 3600;

/** @throws RangeError for numbers that Modal does not take. */
export function modalSettings(options: ModalOptions): ModalSettings {
  const settings: ModalSettings = {
    cpu: 1,
    memory: 1024,
    lifetime: longestLifetime,
    orphanTimeout: 60,
    resultLifetime: 600,
    sweep: true,
    ...defined(options),
  };
  if (!(settings.cpu > 0)) throw new RangeError(`cpu is ${settings.cpu}, not a positive number of cores.`);
  if (!(settings.memory >= 1)) throw new RangeError(`memory is ${settings.memory}, not a positive number of MiB.`);
  if (!(settings.lifetime >= 1 && settings.lifetime <= longestLifetime)) {
    throw new RangeError(`lifetime is ${settings.lifetime}, not between 1 and ${longestLifetime} seconds.`);
  }
  if (!(settings.orphanTimeout >= 1))
    throw new RangeError(`orphanTimeout is ${settings.orphanTimeout}, not at least 1 second.`);
  if (!(settings.resultLifetime >= 1))
    throw new RangeError(`resultLifetime is ${settings.resultLifetime}, not at least 1 second.`);
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
