export type { ModalContainer } from './modal-containers.ts';
export type { ModalOptions } from './modal-options.ts';
export { ModalProvider } from './modal-provider.ts';
