import { PackError } from '../../errors.ts';
import { pack } from '../../pack/index.ts';

/**
 * Packs what the function of this name gave.
 *
 * The environment travels by name, so that no code takes it along by accident; as a result, that of this container is meant,
 * and at home its name would stand for that of home.
 *
 * @throws PackError with the path of what cannot travel.
 */
export function packResult(value: unknown, name: string): Uint8Array {
  try {
    return pack(withOwnEnvironment(value));
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    const { code, path, hint = '' } = error;
    const found = error.message.slice(0, hint === '' ? undefined : -hint.length - 1);
    throw new PackError(code, `${name}: its result cannot be sent back: ${found}`, { path, hint });
  }
}

function withOwnEnvironment(value: unknown): unknown {
  if (value === process.env) return { ...process.env };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.includes(process.env) ? value.map(environmentAsData) : value;
  if (Object.getPrototypeOf(value) !== Object.prototype || !Object.values(value).includes(process.env)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, environmentAsData(member)]));
}

const environmentAsData = (value: unknown): unknown => (value === process.env ? { ...process.env } : value);
