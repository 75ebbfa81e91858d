import type { ModalSettings } from '../modal-options.ts';
import { ownFolder } from '../own-folder.ts';

/** A sandbox that a process leaves behind: by its id, or by the tag of its start while that is not known. */
export type Leftover = { readonly sandboxId: string } | { readonly appId: string; readonly start: string };

/** What one client leaves behind. */
export interface LeftoversOfClient {
  readonly settings: ModalSettings;
  readonly leftovers: readonly Leftover[];
}

/** Environment variable that tells the reaper what to end: a list of {@link LeftoversOfClient} as JSON. */
export const leftoverVariable = 'HYPERNODES_MODAL_LEFTOVERS';

/** The program that ends what a crashed process left behind. */
export function reaperPath(): string {
  return `${ownFolder()}/dist/modal-reaper.js`;
}
