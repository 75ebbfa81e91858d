export type { ContainerSpec, SecretSpec, VolumeSpec } from './container-spec.ts';
export {
  type Container,
  type ContainerExit,
  type ContainerHost,
  ContainerProvider,
  type ContainerStart,
  type PreparedContainer,
  type SpawnedCall,
} from './containers/index.ts';
export type { ImageSpec, ImageStep } from './image-spec.ts';
export type { LocalOptions } from './local/local-options.ts';
export { LocalProvider } from './local/local-provider.ts';
export { unpackError } from './packed-error.ts';
export type {
  CallPart,
  CallRequest,
  ClassCode,
  Deployment,
  DeploymentObserver,
  DeploymentStatus,
  FunctionDefinition,
  LogLine,
  Phase,
  Provider,
  RemoteCall,
  RetrySettings,
  Scaling,
  VolumeEntry,
  VolumeStore,
} from './provider.ts';
export { type CurrentCall, currentCall } from './runner/current-call.ts';
