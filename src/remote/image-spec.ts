/** One step in the making of an image. */
export type ImageStep =
  | { readonly kind: 'from'; readonly registry: string }
  | { readonly kind: 'node'; readonly version: string }
  | { readonly kind: 'npm-install'; readonly packages: readonly string[] }
  /** The project's own lock file and manifest, by content. */
  | { readonly kind: 'npm-lock'; readonly manifest: string; readonly lock: string }
  | { readonly kind: 'apt-install'; readonly packages: readonly string[] }
  | { readonly kind: 'run'; readonly commands: readonly string[] }
  | { readonly kind: 'env'; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  /** A file or folder of this machine, by the digest of its content. */
  | { readonly kind: 'add'; readonly source: string; readonly target: string; readonly digest: string };

/** What containers start from; plain data, told apart by its digest. */
export interface ImageSpec {
  /** SHA-256 of the steps and of the files that they add, in hex. */
  readonly digest: string;
  readonly steps: readonly ImageStep[];
}
