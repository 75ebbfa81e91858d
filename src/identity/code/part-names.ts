import { hash } from 'node:crypto';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a cache key of code is made of, by name, to tell later which part of it changed. */
export class PartNames {
  readonly #parts: (readonly [name: string | (() => string), value: string])[] = [];

  /** Adds a part; a name that takes time to find out is asked for when the parts are. */
  add(name: string | (() => string), value: string): void {
    this.#parts.push([name, value]);
  }

  addAll(others: PartNames): void {
    for (const part of others.#parts) this.#parts.push(part);
  }

  /** The parts, each under a name that is free: `normalize (src/text.ts)`, then `normalize (src/text.ts) #2`. */
  toRecord(): Record<string, string> {
    const parts = new Map<string, string>();
    for (const [given, value] of this.#parts) {
      const name = typeof given === 'string' ? given : given();
      let free = name;
      for (let i = 2; parts.has(free) && parts.get(free) !== value; i++) free = `${name} #${i}`;
      parts.set(free, value);
    }
    return Object.fromEntries(parts);
  }
}

/** A function or class as a part: its name and its file relative to the working directory. */
export function functionPart(name: string, url: string | undefined): string {
  const file = url && shownFile(url);
  return file ? `${name || 'function'} (${file})` : name || 'function';
}

function shownFile(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : url;
  return relative(process.cwd(), path).replaceAll('\\', '/') || path;
}

/** Digest of a text. */
export function textDigest(text: string): string {
  return hash('sha256', text);
}
