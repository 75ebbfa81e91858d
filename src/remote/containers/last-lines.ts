/** Keeps the last lines of a text, for messages. */
export class LastLines {
  readonly #most: number;
  readonly #lines: string[] = [];

  constructor(most = 10) {
    this.#most = most;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#most) this.#lines.shift();
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }
}
