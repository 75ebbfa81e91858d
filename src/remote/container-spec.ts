import type { ImageSpec } from './image-spec.ts';

/** A secret as it travels: by name of the provider's own store, or as variables of which the values are known here. */
export type SecretSpec =
  | { readonly kind: 'named'; readonly name: string; readonly requiredKeys: readonly string[] }
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> };

/** A volume of the provider, by name. */
export interface VolumeSpec {
  readonly name: string;
  readonly createIfMissing: boolean;
  readonly readOnly: boolean;
}

/** What a container must be like; plain data. */
export interface ContainerSpec {
  readonly image: ImageSpec;
  /** `A100`, `H100:2`: kind and count. */
  readonly gpu?: string | undefined;
  /** Cores, fractions allowed. */
  readonly cpu?: number | undefined;
  /** Limit in MiB. */
  readonly memory?: number | undefined;
  readonly region?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretSpec[];
  /** By the absolute path at which the container sees it. */
  readonly volumes: Readonly<Record<string, VolumeSpec>>;
  /** Seconds until a started container must answer. */
  readonly startupTimeout?: number | undefined;
}
