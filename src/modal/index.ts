export type { ModalContainer } from './modal-containers.ts';
export type { ModalOptions } from './modal-options.ts';
export { ModalProvider } from './modal-provider.ts';
export { type ModalPipeline, runOnModal } from './run-on-modal.ts';
