// What the compiler refuses; after each `✖`, words that it must use. A file that is never run nor type-checked with the others.
import { node, Pipeline, pipeline } from 'hypernodes';
import { z } from 'zod';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
const count = node('wordCount', ({ cleaned }: { cleaned: number }) => cleaned + 1);
const clean2 = node('cleaned', ({ text }: { text: string }) => text.toUpperCase());
const ok = node('len', ({ cleaned }: { cleaned: string }) => cleaned.length);
const p = pipeline(clean, ok);
const sum = node('sum', ({ lens }: { lens: number[] }) => lens.length);
const r = await p.run({ text: 'a' });

// ✖ 'wordCount' cannot read 'cleaned' from its producer (expected, produced follow)", number, string
pipeline(clean, count);

// ✖ 'cleaned' is produced by two nodes; rename one output
pipeline(clean, clean2, ok);

// ✖ 'wordCount' cannot read 'cleaned' from its producer
new Pipeline({ nodes: [clean, count] });

// ✖ 'text' is missing in type '{}'
p.run({});

// ✖ Type 'number' is not assignable to type 'string'
p.run({ text: 1 });

// ✖ '"nope"' is not assignable to type '"cleaned" | "len"'
p.run({ text: 'a' }, { outputs: ['nope'] });

// ✖ Type 'string' is not assignable to type 'readonly string[]'
p.map({ text: 'a' }, { over: 'text' });

// ✖ '"txt"' … "text"
p.map({ text: ['a'] }, { over: 'txt' });

// ✖ '"tekst"' is not assignable to type '"text"'
p.asNode({ inputs: { document: 'tekst' } });

// ✖ MissingInput<"lang">
node({ name: 'n', inputs: ['cleaned'], run: ({ cleaned, lang }: { cleaned: string; lang: string }) => cleaned + lang });

// ✖ Property 'wordCount' does not exist
r.wordCount;

// ✖ 'sum' cannot read 'lens' from its producer (expected, produced follow)", number[], number
pipeline(p.asNode({ outputs: { len: 'lens' } }), sum);

// ✖ 'txet' does not exist
p.run({ text: 'a', txet: 'b' });

// ✖ 'txet' does not exist
p.bind({ txet: 1 });

// ✖ Type 'number' is not assignable to type 'string
p.bind({ text: 1 });

// ✖ "lenn" … "cleaned" | "len"
p.select('lenn');

// ✖ 'lenn' does not exist … 'len'
p.asNode({ outputs: { lenn: 'x' } });

// ✖ "txet" … "text"
p.asNode({ mapOver: 'txet' });

// ✖ 'cleaned' does not exist
p.run({ text: 'a', cleaned: 'b' });

// ✖ MissingOutput<"b">
node(['a', 'b'], () => ({ a: 1 }));

// ✖ UnknownInput<"b">
node({ name: 'n', inputs: ['a', 'b'], run: ({ a }: { a: number }) => a });

// ✖ 'x' does not exist in type 'Unit
pipeline(clean, { x: 1 });

// ✖ 'number' is not assignable to type 'AnyUnit'
new Pipeline({ nodes: [clean, 5] });

// ✖ 'callback' does not exist … 'callbacks'
new Pipeline({ nodes: [clean], callback: [] });

// ✖ 'retry' does not exist
node('n', ({ a }: { a: number }) => a, { retry: 3 });

// ✖ ZodNumber
node({ name: 'n', schemas: { a: z.string() }, output: z.number(), run: ({ a }) => a });

// ✖ Property 'b' does not exist
node({ name: 'n', schemas: { a: z.string() }, run: ({ b }) => b });

// ✖ 'txt' does not exist
clean({ txt: 'a' });

// ✖ "zipp" … "zip"
p.map({ text: ['a'] }, { over: 'text', mode: 'zipp' });

// ✖ 'output' does not exist
p.run({ text: 'a' }, { output: ['len'] });

// ✖ 'string[]' is not assignable
node('n', ({ a }: { a: number }) => a, { batch: ({ a }) => a.map(String) });

// ✖ Type 'number' is not assignable to type … AsyncIterable<string>
p.stream({ text: 5 }, { over: 'text' });

// ✖ 'mapovr' does not exist
p.asNode({ name: 'x', outputs: { len: 'lens' }, mapovr: 'text' });

// ✖ Property 'over' is missing
p.map({ text: ['a'] }, {});

// ✖ UnexpectedOutput<"c">
node(['a', 'b'], () => ({ a: 1, b: 2, c: 3 }));

// ✖ 'txt' does not exist
clean.rename({ inputs: { txt: 'x' } });

// ✖ 'a'
node('n', ({ a }) => a);

// ✖ 's' cannot read 'xs' from its producer
pipeline(
  node('xs', () => ['a']),
  node('s', ({ xs }: { xs: number[] }) => xs.length),
);

// ✖ 'retry' does not exist
node({ name: 'n', run: ({ a }: { a: number }) => a, retry: 3 });

// ✖ No overload matches
node({ nam: 'n', run: ({ a }: { a: number }) => a });

// ✖ "lenn"
(await p.map({ text: ['a'] }, { over: 'text' })).column('lenn');

// ✖ Property 'push' does not exist
(await p.map({ text: ['a'] }, { over: 'text' })).push({ cleaned: '', len: 1 });

// ✖ 'len' is missing
p.run({ cleaned: 'x' }, { override: ['claened'] });

// ✖ not assignable to type 'never'
const both = pipeline(
  node('a', ({ k }: { k: string }) => k),
  node('b', ({ k }: { k: number }) => k),
);
both.run({ k: 'x' });

// ✖ Type 'number' is not assignable to type 'string'
p.asNode({ outputs: { len: 5 } });

// ✖ MissingInputs<"text">
p.run();
