import { node, Pipeline, pipeline, reportOf } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { toDot, toMermaid, toText } from 'hypernodes/viz';
import { describe, expect, it } from 'vitest';
import { corpus, hostile, odd, oddLabels, twice, typed } from './pipelines.ts';

describe('toText', () => {
  it('says what each node reads and gives', () => {
    expect(toText(corpus)).toBe(`corpus  (path, language, base?) → documents, lengths, counts, total
  documents  (path) → documents
  per_doc × documents  (text, language) → cleaned, length, words
    cleaned  (text) → cleaned
    measures  (cleaned, language) → length, words
  total  (lengths, base) → total
`);
  });
});

describe('all formats', () => {
  it('say the types that schemas tell, of mapped inputs and outputs as lists', () => {
    const drawn = toMermaid(typed);
    expect(drawn).toContain('(["texts: string[]"])');
    expect(drawn).toContain('(["stop ?: #34;a#34; | #34;the#34;"])');
    expect(drawn).toContain('["words<br>→ string[]"]');
    expect(drawn).toContain('["shortest, longest<br>→ shortest: number, longest: number | null"]');
    expect(drawn).toContain('(["longest: (number | null)[]"])');
    expect(toDot(typed)).toContain('label="texts: string[]"');
    expect(typed.describe().nodes[0]!.pipeline!.nodes[0]!.types).toEqual({
      inputs: { text: 'string', stop: '"a" | "the"' },
      outputs: { words: 'string[]' },
    });
  });

  it('draw a pipeline that is nested twice two times', () => {
    for (const drawn of [toMermaid(twice), toDot(twice)]) {
      expect(drawn.match(/subgraph /g)).toHaveLength(2);
      expect(drawn.match(/"cleaned/g)).toHaveLength(2);
    }
  });

  it('draw one arrow for several values from one box to another', () => {
    const both = new Pipeline({
      name: 'both',
      nodes: [
        node({ name: ['low', 'high'], inputs: ['xs'], run: () => ({ low: 1, high: 2 }) }),
        node('range', ({ low, high }: { low: number; high: number }) => high - low),
      ],
    });
    expect(toMermaid(both)).toContain('  n1 -->|"low, high"| n2\n');
    expect(toDot(both)).toContain('  n1 -> n2 [label="low, high"];\n');
  });

  it('keep odd labels on their line, quoted', () => {
    const names = oddLabels.length;
    expect(toText(odd).split('\n')).toHaveLength(names + 3);
    const mermaid = toMermaid(odd).trimEnd().split('\n');
    expect(mermaid.filter((line) => /^ {4}n\d+\["[^"]*"\]$/.test(line))).toHaveLength(names);
    const dot = toDot(odd).trimEnd().split('\n');
    expect(dot.filter((line) => /^ {4}n\d+ \[label="([^"\\]|\\.)*"\];$/.test(line))).toHaveLength(names);
  });
});

describe('toMermaid', () => {
  it('draws nodes, groups, maps, inputs, outputs and the values between them', () => {
    expect(toMermaid(corpus)).toBe(`flowchart TD
  n0(["path"])
  n1(["language"])
  n2(["base ?"])
  n3["documents"]
  subgraph n4["per_doc × documents"]
    n5["cleaned"]
    n6["measures<br>→ length, words"]
  end
  n7["total"]
  n8(["counts"])
  n9(["total"])
  n0 --> n3
  n3 --> n5
  n5 --> n6
  n1 --> n6
  n6 -->|"length"| n7
  n2 --> n7
  n6 --> n8
  n7 --> n9
`);
  });

  it('shows nested pipelines as one box, if wanted', () => {
    const drawn = toMermaid(corpus, { depth: 0, direction: 'right' });
    expect(drawn).toMatch(/^flowchart LR\n/);
    expect(drawn).toContain('[["per_doc × documents<br>→ lengths, counts"]]');
    expect(drawn).toContain('-->|"lengths"|');
    expect(drawn).not.toContain('subgraph');
  });

  it('shows what a run did', async () => {
    const cache = new MemoryCache();
    const inputs = { path: 'a,b b,bad', language: 'en' };
    await corpus.run(inputs, { cache });
    const drawn = toMermaid(corpus, { report: reportOf(await corpus.run(inputs, { cache, report: true })) });
    expect(drawn).toMatch(/"documents<br>cached"/);
    expect(drawn).toMatch(/"measures<br>→ length, words<br>3 ×, 2 cached, 1 failed/);
    expect(drawn).toMatch(/class n\d+ failed/);
    expect(drawn).toMatch(/class n3,n5,n7 cached/);
  });

  // How Mermaid 11.4 and 12.3 read them was looked at in a browser: as what they are, in boxes, at arrows and over groups.
  it.each([
    ['plain text, 日本語', '"plain text, 日本語"'],
    ['word_count: string[]', '"word_count: string[]"'],
    ['end', '"end"'],
    ['"quoted"', '"#34;quoted#34;"'],
    ['<b>bold</b> & more', '"#60;b#62;bold#60;/b#62; #38; more"'],
    ['50 %%{init: {}}%%', '"50 #37;#37;{init: {}}#37;#37;"'],
    ['two\r\nlines', '"two<br>lines"'],
    ['1. first', '"`1\\#46; first`"'],
    ['10) tenth', '"`10\\#41; tenth`"'],
    ['1.5 times', '"1.5 times"'],
    ['- item', '"`\\#45; item`"'],
    ['one\n+ two', '"`one<br>\\#43; two`"'],
    ['# heading', '"`\\#35; heading`"'],
    ['__init__', '"`\\#95;\\#95;init\\#95;\\#95;`"'],
    ['*all* ~~not~~', '"`\\#42;all\\#42; \\#126;\\#126;not\\#126;\\#126;`"'],
    ['`code`', '"`\\#96;code\\#96;`"'],
    ['back\\slash', '"`back\\#92;slash`"'],
    ['[text](link)', '"`[text\\#93;(link)`"'],
    ['https://host www.host', '"`https\\#58;//host www\\#46;host`"'],
    ['me@host.org', '"`me\\#64;host.org`"'],
  ])('writes the label %j as text, which Markdown would take for its own', (label, written) => {
    const inner = pipeline.untyped([node({ name: 'v', label, run: () => 1 })], { name: label });
    const drawn = toMermaid(pipeline.untyped([inner]));
    const [, over] = /subgraph n\d+\[(".*")\]/.exec(drawn)!;
    // The second line says what it gives: its label is another.
    expect(drawn).toContain(`[${written.replace(/(`?")$/, '<br>→ v$1')}]`);
    expect(over).toBe(written.replace(/[`\\]/g, ''));
  });

  it('lets no name out of its quotes', () => {
    const [title, ...others] = toMermaid(hostile)
      .split('\n')
      .filter((line) => line.includes('"'));
    for (const line of [title!, ...others]) expect(line.match(/"/g)!.length).toBe(2);
    expect(toMermaid(hostile)).not.toMatch(/<script|<b>/);
  });
});

describe('toDot', () => {
  it('draws clusters, and quotes names', () => {
    const drawn = toDot(corpus);
    expect(drawn).toMatch(/^digraph "corpus" \{/);
    expect(drawn).toMatch(/subgraph cluster_n4 \{\n {4}label="per_doc × documents"/);
    expect(drawn).toContain('n6 -> n7 [label="length"];');
    expect(drawn.match(/\{/g)!.length).toBe(drawn.match(/\}/g)!.length);
    expect(toDot(hostile)).toContain('[label="\\"];\\n<b>&amp;amp; #quot; \\\\ | ]] end\\n→ a\\"];b"]');
  });
});
