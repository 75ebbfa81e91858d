import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Capabilities, ProviderUnderTest } from './describe-provider.ts';
import { deploy } from './watched.ts';
import { withProvider } from './with-provider.ts';

export function testVolumes(
  make: () => ProviderUnderTest | Promise<ProviderUnderTest>,
  { volumePath }: Capabilities,
): void {
  describe('volumes', () => {
    const provider = withProvider(make);
    const fresh = (): { name: string; createIfMissing: boolean; readOnly: boolean } => ({
      name: `test-${randomUUID()}`,
      createIfMissing: true,
      readOnly: false,
    });

    it('keeps files', async () => {
      const volume = provider().volume(fresh());
      await volume.put('deep/er/file.txt', Buffer.from('content'));
      await volume.put('top.bin', new Uint8Array(100_000).fill(9));
      await volume.commit();
      await volume.reload();
      expect(Buffer.from(await volume.get('deep/er/file.txt')).toString('utf8')).toBe('content');
      expect((await volume.get('top.bin')).length).toBe(100_000);
      expect(await volume.list()).toEqual([
        { path: 'deep', kind: 'directory', size: 0 },
        { path: 'top.bin', kind: 'file', size: 100_000 },
      ]);
      expect(await volume.list('deep/er')).toEqual([{ path: 'deep/er/file.txt', kind: 'file', size: 7 }]);
      await volume.remove('deep');
      expect((await volume.list()).map(({ path }) => path)).toEqual(['top.bin']);
      await expect(volume.get('deep/er/file.txt')).rejects.toThrow();
    });

    it('shows containers what is put there, and home what they write', async () => {
      const spec = fresh();
      const volume = provider().volume(spec);
      await volume.put('question.txt', Buffer.from('6 x 7'));
      await volume.commit();
      const answer = deploy(
        provider(),
        async (folder: string) => {
          const fs = process.getBuiltinModule('node:fs');
          await fs.promises.writeFile(`${folder}/answer.txt`, '42');
          return [
            await fs.promises.readFile(`${folder}/question.txt`, 'utf8'),
            fs.readFileSync(`${folder}/answer.txt`, 'utf8'),
          ];
        },
        { container: { volumes: { [volumePath]: spec } } },
      );
      expect(await answer.call(volumePath)).toEqual(['6 x 7', '42']);
      await answer.deployment.close();
      await volume.reload();
      expect(Buffer.from(await volume.get('answer.txt')).toString('utf8')).toBe('42');
    });

    it('refuses paths that lead out of the volume', async () => {
      const volume = provider().volume(fresh());
      await expect(volume.put('../outside.txt', Buffer.from('x'))).rejects.toThrow(/outside|out of/);
    });
  });
}
