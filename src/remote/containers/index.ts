export type {
  Container,
  ContainerExit,
  ContainerHost,
  ContainerStart,
  PreparedContainer,
  SpawnedCall,
} from './container-host.ts';
export { ContainerProvider } from './container-provider.ts';
export { keepAlive } from './keep-alive.ts';
export { LastLines } from './last-lines.ts';
export { LineSplitter } from './line-splitter.ts';
