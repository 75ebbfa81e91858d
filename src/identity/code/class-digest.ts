import { parseFunction } from '../../inspect/index.ts';
import { ownText } from './function-term.ts';
import { textDigest } from './part-names.ts';

/**
 * Tells classes that one piece of code reaches apart, in any process that runs the same code; `undefined` for what is no
 * class, or one that no text describes.
 */
export function classDigest(made: Function): string | undefined {
  const texts: string[] = [];
  for (let at: unknown = made; typeof at === 'function' && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    const parsed = parseFunction(at);
    if (!parsed.ok || parsed.form !== 'class') return undefined;
    texts.push(at.name, ownText(parsed));
  }
  return textDigest(JSON.stringify(texts));
}
