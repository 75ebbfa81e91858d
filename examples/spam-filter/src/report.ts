import type { Label } from './corpus.ts';
import type { Scores, TellingFeature } from './evaluate.ts';
import type { Example, Verdict } from './naive-bayes.ts';

interface Learned {
  readonly ids: readonly string[];
  readonly labels: readonly Label[];
  readonly broken: readonly string[];
  readonly training: readonly Example[];
  readonly heldOutLabels: readonly Label[];
  readonly scores: Scores;
  readonly telling: readonly TellingFeature[];
}

/** What was learned and how good it is, as text for a terminal. */
export function reportLearned({ ids, labels, broken, training, heldOutLabels, scores, telling }: Learned): string {
  const { confusion, accuracy, precision, recall } = scores;
  const row = (label: Label) =>
    `  ${label.padEnd(20)}${count(confusion[label].spam, 10)}${count(confusion[label].ham, 10)}`;
  return [
    'Mails',
    `  ${count(ids.length)}  in the corpus: ${countOf('spam', labels)} spam, ${countOf('ham', labels)} ham`,
    `  ${count(broken.length)}  could not be read${broken.length > 0 ? `: ${namesOf(broken)}` : ''}`,
    `  ${count(training.length)}  to learn from`,
    `  ${count(heldOutLabels.length)}  held out, with all their copies, to be judged`,
    '',
    'On the held-out mails',
    `  accuracy   ${percent(accuracy)}   judged right`,
    `  precision  ${percent(precision)}   of what was taken for spam is spam`,
    `  recall     ${percent(recall)}   of the spam was found`,
    '',
    `  ${'is \\ taken for'.padEnd(20)}${'spam'.padStart(10)}${'ham'.padStart(10)}`,
    row('spam'),
    row('ham'),
    '',
    'The ten most telling tokens (marks of form in brackets)',
    ...telling.map(({ feature, bits, speaksFor }) => `  ${feature.padEnd(20)}${bits.toFixed(3)} bits  ${speaksFor}`),
  ].join('\n');
}

/** The verdict on one mail and the tokens that led to it. */
export function reportVerdict(name: string, { label, score, reasons }: Verdict): string {
  const because = reasons.map(({ feature, weight }) => `${feature} ${signed(weight)}`);
  return `${label.toUpperCase().padEnd(5)} ${name.padEnd(16)} ${signed(score).padStart(6)}   ${because.join(', ')} …`;
}

function countOf(label: Label, labels: readonly Label[]): string {
  return labels.filter((each) => each === label).length.toLocaleString('en');
}

function namesOf(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;
}

function count(n: number, width = 6): string {
  return n.toLocaleString('en').padStart(width);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(5)} %`;
}

function signed(n: number): string {
  return `${n > 0 ? '+' : ''}${n.toFixed(1)}`;
}
