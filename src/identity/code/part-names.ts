import { hash } from 'node:crypto';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a cache key of code is made of, by name, to tell later which part of it changed. */
export class PartNames {
  readonly #parts = new Map<string, string>();

  /** Adds a part under a name that is free: `normalize (src/text.ts)`, then `normalize (src/text.ts) #2`. */
  add(name: string, value: string): void {
    let free = name;
    for (let i = 2; this.#parts.has(free); i++) {
      if (this.#parts.get(free) === value) return;
      free = `${name} #${i}`;
    }
    this.#parts.set(free, value);
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#parts);
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
