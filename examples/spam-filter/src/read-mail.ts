import { createHash } from 'node:crypto';
import { convert } from 'html-to-text';
import { node, Pipeline } from 'hypernodes';
import PostalMime, { type Email } from 'postal-mime';

/** A mail as it came over the wire; bytes keep what a string has already lost: the character set of each part. */
type MailSource = string | Uint8Array;

const parse = node('mail', ({ source }: { source: MailSource }) => PostalMime.parse(source));

const strip = node('text', ({ mail }: { mail: Email }) => {
  if (mail.html === undefined && mail.text === undefined) throw new Error('the mail has no readable body');
  if (mail.html === undefined) return mail.text ?? '';
  return convert(mail.html, { wordwrap: false, selectors: [{ selector: 'img', format: 'skip' }] });
});

const tokenize = node('tokens', ({ text }: { text: string }) => words(text));

/** What the filter looks at: which words the mail has, which are in its subject, and a few marks of its form. */
const featurise = node('features', ({ mail, text, tokens }: { mail: Email; text: string; tokens: string[] }) => {
  const subject = mail.subject ?? '';
  const features = new Set([...tokens, ...words(subject).map((word) => `subject:${word}`)]);
  if (mail.html !== undefined) features.add('(html)');
  if (mail.attachments.length > 0) features.add('(attachment)');
  if (/\p{Lu}{5}/u.test(subject)) features.add('(shouting subject)');
  if (/[$€£]\s?\d/u.test(text)) features.add('(price)');
  return [...features];
});

/** Mails with the same words have the same fingerprint, whatever their order, spelling in capitals, or numbers. */
const fingerprint = node('fingerprint', ({ tokens }: { tokens: string[] }) =>
  createHash('sha256')
    .update([...new Set(tokens)].sort().join(' '))
    .digest('hex'),
);

function words(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{2,30}/gu) ?? [];
}

/** Everything that happens to one mail. */
export const readMail = new Pipeline({ name: 'read_mail', nodes: [parse, strip, tokenize, featurise, fingerprint] });
