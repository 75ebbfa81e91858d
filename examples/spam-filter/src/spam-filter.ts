import { Pipeline, pipeline } from 'hypernodes';
import { corpus } from './corpus.ts';
import { evaluate, tell } from './evaluate.ts';
import { judge, train } from './naive-bayes.ts';
import { readMail } from './read-mail.ts';
import { countBroken, split } from './split.ts';

/** The same pipeline that reads one mail, over all of them; a mail that cannot be read leaves a hole. */
const readAll = readMail.asNode({
  name: 'read_mails',
  inputs: { sources: 'source' },
  outputs: { features: 'featureLists', fingerprint: 'fingerprints' },
  mapOver: 'sources',
  onError: 'collect',
});

/** The same node that judges one mail, over all that were held out. */
const judgeAll = pipeline(judge).asNode({
  name: 'judge_held_out',
  inputs: { heldOutFeatures: 'features' },
  outputs: { verdict: 'verdicts' },
  mapOver: 'heldOutFeatures',
});

/** From the corpus to a model, and to how good it is. */
export const learn = new Pipeline({
  name: 'learn',
  nodes: [corpus, readAll, countBroken, split, train, judgeAll, evaluate, tell],
});

/** From one mail and a model to a verdict. */
export const classify = new Pipeline({ name: 'classify', nodes: [readMail, judge] });
