export {
  App,
  type AppOptions,
  declaredApps,
  type Entrypoint,
  type EntrypointOptions,
  type RemoteBatchOf,
  type RemoteOf,
} from './app.ts';
export type { ContainerSpec, SecretSpec, VolumeSpec } from './container-spec.ts';
export {
  type Container,
  type ContainerExit,
  type ContainerHost,
  ContainerProvider,
  type ContainerStart,
  keepAlive,
  type PreparedContainer,
  type SpawnedCall,
} from './containers/index.ts';
export { addedFiles } from './digest-of-files.ts';
export { FunctionCall } from './function-call.ts';
export type { BatchOptions, ContainerOptions, FunctionOptions, ScalingOptions } from './function-options.ts';
export { Image } from './image.ts';
export type { ImageSpec, ImageStep } from './image-spec.ts';
export type { LocalOptions } from './local/local-options.ts';
export { LocalProvider } from './local/local-provider.ts';
export { openEnvironment } from './open-environment.ts';
export { packError, unpackError } from './packed-error.ts';
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
export { closeProviders, defaultProvider, useProvider } from './providers.ts';
export { type ClassOptions, RemoteClass, type RemoteInstance } from './remote-class.ts';
export { RemoteEngine, type RemoteEngineOptions } from './remote-engine.ts';
export { RemoteFunction, type Yielded } from './remote-function.ts';
export type { RemoteMapOptions } from './remote-map.ts';
export { type CurrentCall, currentCall } from './runner/current-call.ts';
export { Secret } from './secret.ts';
export { Volume } from './volume.ts';
export { volumePath } from './volume-path.ts';
