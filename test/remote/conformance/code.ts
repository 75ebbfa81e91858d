import { node, Pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import type { ProviderUnderTest } from './describe-provider.ts';
import { deploy, eventually } from './watched.ts';
import { withProvider } from './with-provider.ts';

export function testCode(make: () => ProviderUnderTest | Promise<ProviderUnderTest>): void {
  describe('code and surroundings', () => {
    const provider = withProvider(make);

    it('makes an object once and calls its methods', async () => {
      class Counter {
        count = 0;
        opened = 0;
        open(): void {
          this.opened++;
        }
        close(): void {
          console.log(`closed at ${this.count}`);
        }
        add(n: number): string {
          this.count += n;
          return `${this.opened} ${this.count}`;
        }
      }
      const counter = deploy(
        provider(),
        { create: () => new Counter(), enter: ['open'], exit: ['close'] },
        { kind: 'class', scaling: { maxContainers: 1 } },
      );
      expect(await counter.callWith({ method: 'add' }, 2)).toBe('1 2');
      expect(await counter.callWith({ method: 'add' }, 3)).toBe('1 5');
      await counter.deployment.close();
      await eventually('its end', () => counter.lines.some(({ text }) => text === 'closed at 5'));
    });

    it('shows only the environment that was declared', async () => {
      process.env.HYPERNODES_TEST_LEAK = 'leaked';
      const look = deploy(provider(), () => ({ ...process.env }), {
        container: {
          env: { GREETING: 'hello' },
          secrets: [{ kind: 'values', values: { TOKEN: 's3cret' } }],
        },
      });
      const seen = (await look.call()) as Record<string, string>;
      delete process.env.HYPERNODES_TEST_LEAK;
      expect(seen).toMatchObject({ GREETING: 'hello', TOKEN: 's3cret' });
      expect(seen).not.toHaveProperty('HYPERNODES_TEST_LEAK');
    });

    it('lets code import hypernodes', async () => {
      const use = deploy(provider(), async () => {
        const double = node('double', ({ x }: { x: number }) => x * 2);
        return new Pipeline({ nodes: [double] }).run({ x: 4 });
      });
      expect(await use.call()).toEqual({ double: 8 });
    });

    it('fails calls of code that cannot be loaded there, and goes on', async () => {
      const broken = deploy(
        provider(),
        { create: () => Promise.reject(new RangeError('no model')), enter: [], exit: [] },
        { kind: 'class' },
      );
      await expect(broken.callWith({ method: 'any' })).rejects.toThrow('no model');
      await expect(broken.callWith({ method: 'any' })).rejects.toThrow('no model');
    });
  });
}
