export type { ContainerSpec, SecretSpec, VolumeSpec } from './container-spec.ts';
export type {
  Container,
  ContainerExit,
  ContainerHost,
  ContainerStart,
  PreparedContainer,
} from './containers/container-host.ts';
export type { ImageSpec, ImageStep } from './image-spec.ts';
export type {
  CallPart,
  CallRequest,
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
