import { PackError } from 'hypernodes';
import { pack } from 'hypernodes/pack';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const table = new Float64Array(20_000);
const words = ['small', 'words'];
const lookUp = (i: number) => table[i]! + words.length;

describe('a payload that is too large', () => {
  it('is refused, naming what is largest in it', () => {
    const run = () => lookUp(1);
    expect(() => pack(run, { maxBytes: 1000 })).toThrowError(
      expect.objectContaining({
        name: 'PackError',
        code: 'PACK_TOO_LARGE',
        path: 'run → lookUp → table',
        message: expect.stringContaining('The largest part is run → lookUp → table (160.0 kB)'),
      }),
    );
  });

  it('is refused when it is plain data too', () => {
    const value = { rows: Array.from({ length: 1000 }, (_, i) => ({ i, name: 'x'.repeat(20) })), few: [1] };
    expect(() => pack(value, { maxBytes: 1000 })).toThrowError(
      expect.objectContaining({ code: 'PACK_TOO_LARGE', path: 'value → rows' }),
    );
  });

  it('passes when it is just small enough', () => {
    const { length } = pack(lookUp);
    expect(pack(lookUp, { maxBytes: length })).toHaveLength(length);
    expect(() => pack(lookUp, { maxBytes: length - 1 })).toThrow(PackError);
  });
});

describe('a payload that is probably larger than meant', () => {
  const warn = vi.fn();
  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation(warn);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    warn.mockReset();
  });

  it('is warned of once for each culprit', () => {
    const first = () => lookUp(2);
    pack(first, { warnBytes: 1000 });
    pack(first, { warnBytes: 1000 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/^A payload takes 160\.\d kB\. The largest part is first → lookUp → table/),
      { code: 'HYPERNODES_PACK_LARGE' },
    );
    const second = () => lookUp(3);
    pack(second, { warnBytes: 1000 });
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('is none below 64 MiB', () => {
    pack(lookUp);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('pack.explain', () => {
  it('prints what would travel, by way and size', () => {
    const run = (i: number) => [lookUp(i), Math.max(i)];
    const explanation = pack.explain(run);
    expect(explanation.bytes).toBe(pack(run).length);
    expect(String(explanation).replaceAll(/\d+ B|\d+\.\d kB/g, 'n')).toBe(
      [
        'n in all',
        'run: function run, n',
        '└─ lookUp: function lookUp, n',
        '   ├─ table: Float64Array(160000), n',
        '   └─ words: Array(2), n',
      ].join('\n'),
    );
  });

  it('tells what goes by name', () => {
    const explanation = pack.explain({ helper: Math.max, words });
    expect(explanation.root.children.map(({ label, what }) => [label, what])).toEqual([
      ['helper', 'Math.max (by name)'],
      ['words', 'Array(2)'],
    ]);
  });

  it('sums up what is too much to print', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, [i]]));
    expect(String(pack.explain(many))).toMatch(/└─ 18 more, \d+ B$/);
  });

  it('takes values of any depth', () => {
    let value: object = {};
    for (let i = 0; i < 100_000; i++) value = { value };
    const printed = String(pack.explain(value)).split('\n');
    expect(printed).toHaveLength(52);
    expect(printed.at(-1)).toMatch(/└─ value: Object, \d+\.\d kB …$/);
  });

  it('takes a value without parts', () => {
    expect(String(pack.explain(5))).toMatch(/^\d+ B in all\nvalue: primitive, \d+ B$/);
  });
});
