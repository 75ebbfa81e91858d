/** What compilers have to write otherwise for engines without it: decorators, and `#private` members beside them. */

function shouting<This, Result>(
  method: (this: This) => Result,
  _: ClassMethodDecoratorContext<This, (this: This) => Result>,
): (this: This) => string {
  return function shout(this: This) {
    return `${method.call(this)}!`;
  };
}

function doubled<This>(
  { get, set }: ClassAccessorDecoratorTarget<This, number>,
  _: ClassAccessorDecoratorContext<This, number>,
): ClassAccessorDecoratorResult<This, number> {
  return {
    get(this: This) {
      return 2 * get.call(this);
    },
    set(this: This, value: number) {
      set.call(this, value);
    },
  };
}

export class Account {
  static #opened = 0;
  static readonly #notes = new WeakMap<Account, string>();
  static #first: Account | undefined;
  #balance: number;
  #on: (() => number) | undefined;
  readonly #history: { readonly account: Account; readonly amount: number }[] = [];
  @doubled accessor limit = 5;

  constructor(balance: number) {
    this.#balance = balance;
    Account.#opened++;
    Account.#first ??= this;
  }
  static get opened(): number {
    return Account.#opened;
  }
  static isAccount(value: object): boolean {
    return #balance in value;
  }
  static get first(): Account | undefined {
    return Account.#first;
  }
  get #rounded(): number {
    return Math.round(this.#balance);
  }
  #add(amount: number): void {
    this.#balance += amount;
    this.#history.push({ account: this, amount });
  }
  pay(amount: number): this {
    this.#add(amount);
    return this;
  }
  note(text: string): this {
    Account.#notes.set(this, text);
    return this;
  }
  listen(listener: () => number): this {
    this.#on = listener;
    return this;
  }
  heard(): number | undefined {
    return this.#on?.();
  }
  @shouting
  text(): string {
    const whole = this.#history.every(({ account }) => account === this);
    return [this.#rounded, this.#history.length, whole, Account.#notes.get(this), this.limit].join(' ');
  }
}

export class Savings extends Account {
  readonly #rate = 3;
  @shouting
  interest(): string {
    return `${this.text()} at ${this.#rate}`;
  }
}

/** Says itself what of it travels. */
export class Connection {
  readonly #socket: { readonly pending: Promise<void> | undefined };
  readonly name: string;
  constructor(name: string, pending?: Promise<void>) {
    this.name = name;
    this.#socket = { pending };
  }
  @shouting
  state(): string {
    return this.#socket.pending ? 'open' : 'closed';
  }
  [Symbol.for('hypernodes.getState')](): string {
    return this.name;
  }
  static [Symbol.for('hypernodes.fromState')](name: string): Connection {
    return new Connection(name);
  }
}

export class Waiting {
  readonly #pending = Promise.resolve();
  @shouting
  wait(): string {
    return `${typeof this.#pending}`;
  }
}
