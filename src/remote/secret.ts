import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InputError } from '../errors.ts';
import type { SecretSpec } from './container-spec.ts';
import { fromState, getState } from './travel.ts';

/** Environment variables that a container gets and nobody else sees. */
export class Secret {
  readonly #read: () => SecretSpec;

  private constructor(read: () => SecretSpec) {
    this.#read = read;
  }

  /** A secret that the provider keeps under this name. */
  static fromName(name: string, options: { readonly requiredKeys?: readonly string[] } = {}): Secret {
    const spec: SecretSpec = { kind: 'named', name, requiredKeys: [...(options.requiredKeys ?? [])] };
    return new Secret(() => spec);
  }

  /** Variables of this process; read when a container needs them. */
  static fromEnv(...names: readonly string[]): Secret {
    return new Secret(() => {
      const missing = names.filter((name) => process.env[name] === undefined);
      if (missing.length === 0)
        return { kind: 'values', values: Object.fromEntries(names.map((name) => [name, process.env[name]!])) };
      throw new InputError(
        'INPUT_MISSING',
        `Secret.fromEnv: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
        {
          path: missing.join(', '),
          hint: `Set it before you start: ${missing[0]}=… hypernodes run …`,
        },
      );
    });
  }

  static fromObject(values: Readonly<Record<string, string>>): Secret {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'string') continue;
      throw new InputError('INPUT_INVALID', `Secret.fromObject: ${name} is ${typeof value}; expected text.`, {
        path: name,
      });
    }
    const spec: SecretSpec = { kind: 'values', values: { ...values } };
    return new Secret(() => spec);
  }

  /** The variables of a `.env` file; read when a container needs them. */
  static fromDotenv(path = '.env'): Secret {
    return new Secret(() => ({ kind: 'values', values: { ...parseEnv(readDotenv(path)) } as Record<string, string> }));
  }

  /** The secret as plain data. @throws InputError `INPUT_MISSING` when a variable or file is not there. */
  toSpec(): SecretSpec {
    return this.#read();
  }

  /** Where code runs elsewhere, it has the variables themselves: values never travel with code. */
  [getState](): null {
    return null;
  }

  static [fromState](): Secret {
    return Secret.fromObject({});
  }
}

function readDotenv(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError('INPUT_MISSING', `Secret.fromDotenv: ${path} cannot be read.`, { path, cause });
  }
}
