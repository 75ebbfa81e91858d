import { corrupt } from './corrupt.ts';
import type { Decoder, Part } from './decoder.ts';
import { Capture } from './format.ts';

/** How a function holds one of its variables, as the payload has it. */
export interface RevivedCapture {
  readonly name: string;
  /** The value, if the variable is not in a record of its own. */
  readonly part: Part | undefined;
  /** The variable's record, or -1. */
  readonly record: number;
}

interface Variable {
  part: Part | undefined;
  users: number;
  isWritten: boolean;
  /** Made when it turns out to be shared; holds the variable under the name that was asked for first. */
  holder: { readonly object: Record<string, unknown>; readonly name: string } | undefined;
}

/** Variables that may change. Only one that several functions hold, and one of them assigns, has to be shared. */
export class RevivedVariables {
  readonly #variables = new Map<number, Variable>();

  /** Reads the value of a variable's record. */
  read(decoder: Decoder, record: number): void {
    this.#of(record).part = decoder.part();
  }

  /** Reads how a function holds its variables. */
  captures(decoder: Decoder, names: readonly string[]): RevivedCapture[] {
    return names.map((name) => {
      const kind = decoder.bodies.byte();
      if (kind === Capture.value) return { name, part: decoder.part(), record: -1 };
      if (kind !== Capture.read && kind !== Capture.written) throw corrupt('a variable in it is held in no known way');
      const { record } = decoder.recordPart();
      const variable = this.#of(record);
      variable.users++;
      variable.isWritten ||= kind === Capture.written;
      return { name, part: undefined, record };
    });
  }

  /** The object that holds a shared variable; `undefined` for one that its function can have to itself. */
  holder(decoder: Decoder, { name, record }: RevivedCapture): object | undefined {
    const variable = record < 0 ? undefined : this.#of(record);
    if (!variable || variable.users < 2 || !variable.isWritten) return undefined;
    if (!variable.holder) {
      const object: Record<string, unknown> = Object.create(null);
      variable.holder = { object, name };
      const give = (value: unknown): void => {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
      };
      decoder.give(this.value({ name, part: undefined, record }), give) || give(undefined);
    }
    const { object, name: known } = variable.holder;
    return known === name ? object : alias(object, known, name);
  }

  /** The value of a variable. */
  value({ part, record }: RevivedCapture): Part {
    const found = part ?? this.#of(record).part;
    if (!found) throw corrupt('it lacks the value of a variable');
    return found;
  }

  #of(record: number): Variable {
    let variable = this.#variables.get(record);
    if (!variable) {
      variable = { part: undefined, users: 0, isWritten: false, holder: undefined };
      this.#variables.set(record, variable);
    }
    return variable;
  }
}

/** The same variable for a module that imported it under another name. */
function alias(object: Record<string, unknown>, known: string, name: string): object {
  return Object.defineProperty(Object.create(null) as object, name, {
    get: () => object[known],
    set: (value: unknown) => {
      object[known] = value;
    },
    enumerable: true,
    configurable: true,
  });
}
