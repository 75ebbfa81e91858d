import { pack, unpack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';

const factor = 3;
const config = { retries: 2, tags: new Set(['a', 'b']) };
class Model {
  weights = [1, 2];
  predict(x: number) {
    return x * factor * config.retries;
  }
}
const model = new Model();

describe('the bytes', () => {
  it('are the same for the same definition', () => {
    const run = (x: number) => model.predict(x) + factor;
    expect(pack(run)).toEqual(pack(run));
    expect(pack({ run, model })).toEqual(pack({ run, model }));
  });

  it('are the same for closures that were made alike', () => {
    const make = (n: number) => (x: number) => x + n + factor;
    expect(pack(make(1))).toEqual(pack(make(1)));
    expect(pack(make(1))).not.toEqual(pack(make(2)));
  });

  it('follow variables that change', () => {
    let now = 1;
    const read = () => now;
    const first = pack(read);
    now = 2;
    expect((unpack(first) as typeof read)()).toBe(1);
    expect((unpack(pack(read)) as typeof read)()).toBe(2);
  });

  it('can be packed again after they were unpacked', () => {
    let count = 5;
    const counter = { next: () => ++count, read: () => count, model };
    const once = unpack(pack(counter)) as typeof counter;
    once.next();
    const twice = unpack(pack(once)) as typeof counter;
    expect([twice.next(), twice.read(), once.read(), counter.read()]).toEqual([7, 7, 6, 5]);
    expect(twice.model.predict(2)).toBe(model.predict(2));
    expect(twice.model).toBeInstanceOf(Model);
  });

  it('are a Uint8Array of its own memory', () => {
    for (const value of [{ a: 1 }, () => 1, new Float64Array(3)]) {
      const payload = pack(value);
      expect(payload).toBeInstanceOf(Uint8Array);
      expect(structuredClone(payload)).toEqual(payload);
    }
  });
});

describe('memory', () => {
  it('is not copied when typed arrays are unpacked', () => {
    const floats = new Float32Array(1_000_000).fill(1.5);
    const payload = pack({ floats, bytes: Buffer.from('abc') });
    const { floats: copy, bytes } = unpack(payload) as { floats: Float32Array; bytes: Buffer };
    expect(copy.buffer).toBe(payload.buffer);
    expect(bytes.buffer).toBe(payload.buffer);
    expect(copy).toEqual(floats);
    expect(bytes.toString()).toBe('abc');
  });

  it('takes along what a view shows, not what is around it', () => {
    const view = new Uint8Array(new ArrayBuffer(1_000_000), 500, 10);
    expect(pack(view).length).toBeLessThan(200);
    expect(pack(Buffer.from('short')).length).toBeLessThan(200);
  });

  it('is shared by views that overlap', () => {
    const floats = new Float64Array(4);
    const packed = { floats, bytes: new Uint8Array(floats.buffer, 8, 8) };
    const { floats: f, bytes } = unpack(pack(packed)) as typeof packed;
    bytes.fill(255);
    expect(f[1]).toBeNaN();
    expect(f.buffer).toBe(bytes.buffer);
  });

  it('is a buffer of the same size when the buffer itself travels', () => {
    const buffer = new ArrayBuffer(64);
    const packed = { buffer, view: new Uint16Array(buffer, 4, 8) };
    const { buffer: copy, view } = unpack(pack(packed)) as typeof packed;
    expect(view.buffer).toBe(copy);
    expect([copy.byteLength, view.byteOffset, view.length]).toEqual([64, 4, 8]);
  });

  it('can still grow when it could', () => {
    type Growing = ArrayBuffer & { resizable: boolean; maxByteLength: number; resize(length: number): void };
    const made = new (ArrayBuffer as unknown as new (length: number, options: object) => Growing)(8, {
      maxByteLength: 32,
    });
    const copy = unpack(pack(made)) as Growing;
    expect([copy.resizable, copy.byteLength, copy.maxByteLength]).toEqual([true, 8, 32]);
    copy.resize(16);
    expect(copy.byteLength).toBe(16);
  });
});
