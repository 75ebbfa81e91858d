import { ModalProvider } from 'hypernodes/modal';
import { describeProvider } from '../remote/conformance/describe-provider.ts';
import { FakeModal } from './fake/fake-modal.ts';

// V2 is what sandboxes without a GPU get, V1 those with one.
for (const mode of ['v1', 'v2'] as const) {
  describeProvider(
    `ModalProvider, sandboxes ${mode}, against the fake cloud`,
    async () => {
      const fake = await FakeModal.start();
      Object.assign(process.env, fake.env(mode));
      return { provider: new ModalProvider(), release: () => fake.close() };
    },
    { volumePath: '/hypernodes-test-volume' },
  );
}
