import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { PackError } from 'hypernodes';
import { pack, unpack } from 'hypernodes/pack';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { EchoThread } from './echo-thread.ts';

type Accounts = typeof import('./lowered/accounts.ts');

const source = readFileSync(join(import.meta.dirname, 'lowered/accounts.ts'), 'utf8');
const withEsbuild = (target: string): string => transformSync(source, { loader: 'ts', target, keepNames: true }).code;
const withTsc = (): string =>
  ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext } })
    .outputText;

const echo = new EchoThread();
const farAway = echo.call;
afterAll(echo.close);

async function load(code: string): Promise<Accounts> {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-lowered-'));
  try {
    const file = join(folder, 'accounts.mjs');
    writeFileSync(file, code);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Accounts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each([
  ['esbuild and tsx', () => withEsbuild('node20')],
  ['esbuild for ES2020', () => withEsbuild('es2020')],
  ['tsc for ES2020', () => withTsc()],
])('#private members beside decorators, as %s write them,', async (_, compile) => {
  const { Account, Savings, Connection, Waiting } = await load(compile());

  it('are those of instances that are made far away', async () => {
    const there = await farAway(() => {
      const account = new Account(1.2).pay(2).pay(3.1);
      account.limit = 50;
      return [account.note('new').text(), new Savings(1).interest(), Account.isAccount(account), Account.isAccount({})];
    });
    expect(there).toEqual(['6 2 true new 100!', '1 0 true  10! at 3!', true, false]);
  });

  it('travel with instances, there and back', async () => {
    const account = new Account(1).pay(2).note('kept');
    const savings = new Savings(7).pay(1);
    const [text, back, backSavings] = await farAway(() => [account.pay(1).text(), account, savings] as const);
    expect(text).toBe('4 2 true kept 10!');
    expect(back).toBeInstanceOf(Account);
    expect(back).not.toBe(account);
    expect(back.pay(1).text()).toBe('5 3 true kept 10!');
    expect(backSavings.interest()).toBe('8 1 true  10! at 3!');
    expect(account.text()).toBe('3 1 true kept 10!');
  });

  it('hold functions, and share what they share', async () => {
    let count = 0;
    const listener = () => ++count;
    const accounts = [new Account(1).listen(listener), new Account(2).listen(listener)];
    const heard = await farAway(() => [...accounts, ...accounts].map((account) => account.heard()).concat(listener()));
    expect(heard).toEqual([1, 2, 3, 4, 5]);
  });

  it('of the class itself are as they were', async () => {
    const first = new Account(1).pay(1);
    const [opened, wasFirst] = await farAway(() => [Account.opened, Account.first?.text()] as const);
    expect(opened).toBe(Account.opened);
    expect(wasFirst).toBe(Account.first?.text());
    expect(first.text()).toMatch(/^2 1 true/);
  });

  it('do not travel where [getState] says what does', () => {
    const copy = unpack(pack(new Connection('db', Promise.resolve()))) as InstanceType<typeof Connection>;
    expect([copy.name, copy.state()]).toEqual(['db', 'closed!']);
  });

  it('that cannot travel are refused with the path', () => {
    expect(() => pack({ list: [new Waiting()] })).toThrowError(
      expect.objectContaining({
        name: PackError.name,
        path: expect.stringMatching(/^value → list\[0\] → \w*pending$/),
      }),
    );
  });

  it('are explained', () => {
    expect(String(pack.explain(new Account(1)))).toMatch(/balance: number/);
  });

  it('pack to the same bytes', () => {
    const account = new Account(1);
    expect(pack(account)).toEqual(pack(account));
  });
});
