import { node } from 'hypernodes';
import type { Label } from './corpus.ts';
import type { Model, Verdict } from './naive-bayes.ts';

/** Mails by what they are, then by what the filter took them for. */
type Confusion = Record<Label, Record<Label, number>>;

export interface Scores {
  readonly confusion: Confusion;
  /** Share of mails judged right. */
  readonly accuracy: number;
  /** Share of spam among what was taken for spam. */
  readonly precision: number;
  /** Share of the spam that was found. */
  readonly recall: number;
}

export interface TellingFeature {
  readonly feature: string;
  readonly bits: number;
  readonly speaksFor: Label;
}

interface Judged {
  readonly heldOutLabels: readonly Label[];
  readonly verdicts: readonly Verdict[];
}

export const evaluate = node('scores', ({ heldOutLabels, verdicts }: Judged): Scores => {
  const confusion: Confusion = { spam: { spam: 0, ham: 0 }, ham: { spam: 0, ham: 0 } };
  for (const [i, verdict] of verdicts.entries()) confusion[heldOutLabels[i]!][verdict.label]++;
  const { spam, ham } = confusion;
  return {
    confusion,
    accuracy: (spam.spam + ham.ham) / verdicts.length,
    precision: spam.spam / (spam.spam + ham.spam),
    recall: spam.spam / (spam.spam + spam.ham),
  };
});

/** The ten features that tell most about spam or ham on their own. */
export const tell = node('telling', ({ model }: { model: Model }): TellingFeature[] =>
  [...model.bits]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([feature, bits]) => ({ feature, bits, speaksFor: model.weights.get(feature)! > 0 ? 'spam' : 'ham' })),
);
