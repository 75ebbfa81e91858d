import { ModalProvider } from 'hypernodes/modal';
import { it } from 'vitest';
import { describeProvider } from '../remote/conformance/describe-provider.ts';

const { HYPERNODES_LIVE_MODAL, MODAL_TOKEN_ID, MODAL_TOKEN_SECRET } = process.env;

if (HYPERNODES_LIVE_MODAL === '1' && MODAL_TOKEN_ID && MODAL_TOKEN_SECRET) {
  describeProvider('ModalProvider, on Modal', () => ({ provider: new ModalProvider() }), {
    volumePath: '/hypernodes-test-volume',
  });
} else {
  console.warn(
    'SKIPPED: Modal itself. Set HYPERNODES_LIVE_MODAL=1, MODAL_TOKEN_ID and MODAL_TOKEN_SECRET; it costs some cents.',
  );
  it.skip('ModalProvider, on Modal: needs an account');
}
