import type { ByteWriter } from './byte-writer.ts';
import type { FunctionCode } from './function-code.ts';

/** Bits of a code's flags. Part of the format. */
export const CodeFlag = { strict: 1, usesThis: 2, usesArguments: 4, usesSuper: 8 } as const;

/** Writes each piece of code once, and its number from then on. */
export class CodeTable {
  readonly #heads: ByteWriter;
  readonly #numbers = new Map<string, number>();

  constructor(heads: ByteWriter) {
    this.#heads = heads;
  }

  write(code: FunctionCode): void {
    const heads = this.#heads;
    const { text, form, url, line, column } = code;
    const flags =
      (code.isStrict ? CodeFlag.strict : 0) |
      (code.usesThis ? CodeFlag.usesThis : 0) |
      (code.usesArguments ? CodeFlag.usesArguments : 0) |
      (code.usesSuper ? CodeFlag.usesSuper : 0);
    const key = `${form} ${flags} ${line} ${column} ${url} ${text}`;
    const known = this.#numbers.get(key);
    heads.unsigned(known ?? this.#numbers.size);
    if (known !== undefined) return;
    this.#numbers.set(key, this.#numbers.size);
    heads.byte(form);
    heads.byte(flags);
    heads.string(text);
    heads.string(url);
    heads.unsigned(line);
    heads.unsigned(column);
  }
}
