import { node } from 'hypernodes';
import type { Label } from './corpus.ts';

/** What one mail shows, and what it is. */
export interface Example {
  readonly features: readonly string[];
  readonly label: Label;
}

export interface Model {
  /** Log-odds of spam before anything of the mail is known. */
  readonly prior: number;
  /** By how much each feature moves the log-odds: above 0 towards spam, below 0 towards ham. */
  readonly weights: ReadonlyMap<string, number>;
  /** How much each feature tells on its own about spam or ham, in bits (its mutual information with the label). */
  readonly bits: ReadonlyMap<string, number>;
}

export interface Verdict {
  readonly label: Label;
  /** Log-odds of spam; above 0 means spam. */
  readonly score: number;
  /** Features that spoke loudest, strongest first. */
  readonly reasons: readonly { feature: string; weight: number }[];
}

/** Features seen in fewer mails than this say more about those mails than about spam. */
const FEWEST_MAILS = 3;
/** Mails of each kind that are taken to have shown each feature already, so that none is ever impossible. */
const SMOOTHING = 0.1;
// Both were chosen by five-fold cross-validation within the training mails.

/** Naive Bayes on the presence of features. */
export const train = node('model', ({ training }: { training: Example[] }): Model => {
  const total = { spam: 0, ham: 0 };
  const counts = new Map<string, { spam: number; ham: number }>();
  for (const { features, label } of training) {
    total[label]++;
    for (const feature of features) {
      const count = counts.get(feature) ?? { spam: 0, ham: 0 };
      count[label]++;
      counts.set(feature, count);
    }
  }
  if (total.spam === 0 || total.ham === 0) throw new Error('training needs mails of both kinds, spam and ham');

  const weights = new Map<string, number>();
  const bits = new Map<string, number>();
  for (const [feature, { spam, ham }] of counts) {
    if (spam + ham < FEWEST_MAILS) continue;
    weights.set(feature, logShare(spam, total.spam) - logShare(ham, total.ham));
    bits.set(feature, mutualInformation(spam, ham, total.spam, total.ham));
  }
  return { prior: Math.log(total.spam / total.ham), weights, bits };
});

/** Judges one mail by the features that the model knows. */
export const judge = node('verdict', ({ features, model }: { features: readonly string[]; model: Model }): Verdict => {
  const reasons = features
    .map((feature) => ({ feature, weight: model.weights.get(feature) ?? 0 }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const score = reasons.reduce((sum, { weight }) => sum + weight, model.prior);
  return { label: score > 0 ? 'spam' : 'ham', score, reasons: reasons.slice(0, 3) };
});

function logShare(mails: number, all: number): number {
  return Math.log((mails + SMOOTHING) / (all + 2 * SMOOTHING));
}

/** Bits that the presence of a feature tells about the label, from the four counts of mails with and without it. */
function mutualInformation(spamWith: number, hamWith: number, spam: number, ham: number): number {
  const all = spam + ham;
  const present = spamWith + hamWith;
  const cell = (both: number, feature: number, label: number) =>
    both === 0 ? 0 : (both / all) * Math.log2((both * all) / (feature * label));
  return (
    cell(spamWith, present, spam) +
    cell(hamWith, present, ham) +
    cell(spam - spamWith, all - present, spam) +
    cell(ham - hamWith, all - present, ham)
  );
}
