import { readFileSync } from 'node:fs';
import { nodePath } from 'hypernodes';
import { expect, test } from 'vitest';
import { readMail } from '../../examples/spam-filter/src/read-mail.ts';

const sample = (name: string) => readFileSync(new URL(`../../examples/spam-filter/mails/${name}`, import.meta.url));

test('HTML and quoted-printable are gone before the words are counted', async () => {
  const { text, tokens, features } = await readMail.run({ source: sample('offer.eml') });
  expect(text).toContain('$5,000 – absolutely FREE');
  expect(tokens).not.toContain('bgcolor');
  expect(features).toEqual(
    expect.arrayContaining(['guaranteed', 'subject:approved', '(html)', '(price)', '(shouting subject)']),
  );
});

test('other character sets than UTF-8 are understood', async () => {
  const { tokens } = await readMail.run({ source: sample('meeting.eml') });
  expect(tokens).toContain('café');
});

test('copies of a mail have one fingerprint, other mails another', async () => {
  const mail = (body: string) => `From: a@example.com\nSubject: Hi\nMessage-ID: <${body.length}@x>\n\n${body}\n`;
  const source = ['Buy 10 pills NOW', 'buy pills now, buy', 'Lunch?'].map(mail);
  const [first, copy, other] = (await readMail.map({ source }, { over: 'source' })).column('fingerprint');
  expect(copy).toBe(first);
  expect(other).not.toBe(first);
});

test('a mail without a body that can be read is an error of the node that looks for it', async () => {
  const source =
    'From: a@example.com\nContent-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: image/png\n\nabc\n--x--\n';
  const error: unknown = await readMail.run({ source }).catch((thrown: unknown) => thrown);
  expect(error).toEqual(new Error('the mail has no readable body'));
  expect(nodePath(error)).toBe('read_mail > text');
});
