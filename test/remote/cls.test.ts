import { describe, expect, expectTypeOf, it } from 'vitest';
import { eventually } from './conformance/watched.ts';
import { localApp } from './local-app.ts';

const { app, lines } = localApp('classes', { maxContainers: 1 });

class Model {
  readonly name: string;
  #loaded = 0;
  constructor(name: string) {
    this.name = name;
  }
  async load(): Promise<void> {
    this.#loaded++;
    console.log(`loaded ${this.name}`);
  }
  answer(question: string): string {
    return `${this.name} ${this.#loaded}: ${question}`;
  }
  async *words(text: string): AsyncGenerator<string> {
    yield* text.split(' ');
  }
  unload(): void {
    console.log(`unloaded ${this.name}`);
  }
}

const RemoteModel = app.cls({ enter: 'load', exit: 'unload' }, Model);

describe('a class of an app', () => {
  it('is made once per container; its methods are called there or here', async () => {
    const model = RemoteModel.create('small');
    expectTypeOf(model.answer.remote).toEqualTypeOf<(question: string) => Promise<string>>();
    expect(await model.answer.remote('a?')).toBe('small 1: a?');
    expect(await model.answer.remote('b?')).toBe('small 1: b?');
    expect(await model.answer.local('c?')).toBe('small 1: c?');
    await eventually('it was loaded', () => lines.some(({ text }) => text === 'loaded small'));
    expect(lines.filter(({ text }) => text === 'loaded small')).toHaveLength(1);
  });

  it('has containers of its own for each set of arguments', async () => {
    const [one, two] = [RemoteModel.create('one'), RemoteModel.create('two')];
    expect(await Promise.all([one.answer.remote('?'), two.answer.remote('?')])).toEqual(['one 1: ?', 'two 1: ?']);
  });

  it('may have methods that yield, and be mapped over', async () => {
    const model = RemoteModel.create('third');
    const words: string[] = [];
    for await (const word of model.words.remoteGen('a b c')) words.push(word);
    expect(words).toEqual(['a', 'b', 'c']);
    const answers: string[] = [];
    for await (const answer of model.answer.map(['x', 'y'])) answers.push(answer);
    expect(answers).toEqual(['third 1: x', 'third 1: y']);
  });
});
