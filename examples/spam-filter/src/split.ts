import { node } from 'hypernodes';
import type { Label } from './corpus.ts';
import type { Example } from './naive-bayes.ts';

/** Share of mails that the filter never sees while it learns. */
const HELD_OUT = 0.2;

interface ReadMails {
  /** `undefined` where a mail could not be read. */
  readonly featureLists: readonly (readonly string[] | undefined)[];
  readonly fingerprints: readonly (string | undefined)[];
  readonly labels: readonly Label[];
}

/**
 * Puts each mail on one side by its fingerprint: always the same one, and the same for all copies of a mail.
 *
 * Spam comes in copies. A random split would let the filter learn a mail by heart and then be asked about its copy.
 */
export const split = node(
  ['training', 'heldOutFeatures', 'heldOutLabels'],
  ({ featureLists, fingerprints, labels }: ReadMails) => {
    const training: Example[] = [];
    const heldOut: Example[] = [];
    for (const [i, label] of labels.entries()) {
      const features = featureLists[i];
      const fingerprint = fingerprints[i];
      if (features === undefined || fingerprint === undefined) continue;
      const side = Number.parseInt(fingerprint.slice(0, 8), 16) / 2 ** 32 < HELD_OUT ? heldOut : training;
      side.push({ features, label });
    }
    return {
      training,
      heldOutFeatures: heldOut.map(({ features }) => features),
      heldOutLabels: heldOut.map(({ label }) => label),
    };
  },
  { label: 'split' },
);

/** Mails that could not be read. They are left out, counted and named. */
export const countBroken = node(
  'broken',
  ({ ids, featureLists }: { ids: string[]; featureLists: readonly unknown[] }) =>
    ids.filter((_, i) => featureLists[i] === undefined),
);
