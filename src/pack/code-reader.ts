import type { ByteReader } from './byte-reader.ts';
import { CodeFlag } from './code-table.ts';
import { corrupt } from './corrupt.ts';
import { CodeForm } from './function-code.ts';

/** Code as a payload has it. */
export interface PackedCode {
  readonly form: number;
  readonly isStrict: boolean;
  readonly usesThis: boolean;
  readonly usesArguments: boolean;
  readonly usesSuper: boolean;
  readonly text: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Reads what a `CodeTable` wrote. */
export class CodeReader {
  readonly #codes: PackedCode[] = [];

  read(heads: ByteReader): PackedCode {
    const number = heads.unsigned();
    const known = this.#codes[number];
    if (known) return known;
    if (number !== this.#codes.length) throw corrupt('its pieces of code are out of order');
    const form = heads.byte();
    if (form > CodeForm.setter) throw corrupt('a piece of code in it is of no known form');
    const flags = heads.byte();
    const code: PackedCode = {
      form,
      isStrict: (flags & CodeFlag.strict) !== 0,
      usesThis: (flags & CodeFlag.usesThis) !== 0,
      usesArguments: (flags & CodeFlag.usesArguments) !== 0,
      usesSuper: (flags & CodeFlag.usesSuper) !== 0,
      text: heads.string(),
      url: heads.string(),
      line: heads.unsigned(),
      column: heads.unsigned(),
    };
    this.#codes.push(code);
    return code;
  }
}
