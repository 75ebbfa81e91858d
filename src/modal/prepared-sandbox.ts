import { type ContainerSpec, openEnvironment, type PreparedContainer, type SecretSpec } from '../remote/index.ts';
import { buildImage } from './image/build-image.ts';
import type { Sdk } from './modal.ts';
import { modalError } from './modal-errors.ts';
import { type ModalSettings, wholeSeconds } from './modal-options.ts';

/** Everything on Modal that containers of one kind start from. */
export interface PreparedSandbox extends PreparedContainer {
  readonly image: Sdk.Image;
  readonly params: Sdk.SandboxCreateParams;
  readonly workdir: string;
  /** Volumes that containers write to, by path. */
  readonly writablePaths: readonly string[];
}

/**
 * Builds the image, looks up secrets and volumes.
 *
 * @param onBuilding Is told each part of the image that has to be built.
 * @throws RemoteError `REMOTE_BUILD` with the log, `REMOTE_START` when a secret or volume is missing.
 */
export async function prepareSandbox(
  modal: Sdk.ModalClient,
  app: Sdk.App,
  spec: ContainerSpec,
  settings: ModalSettings,
  onBuilding: (what: string) => void,
): Promise<PreparedSandbox> {
  const [{ image, env, workdir }, secrets, volumes] = await Promise.all([
    buildImage({ modal, app, settings, onBuilding }, spec),
    lookUp(() => Promise.all(spec.secrets.map((secret) => secretOf(modal, secret)))),
    lookUp(() => volumesOf(modal, spec)),
  ]);
  const memory = spec.memory ?? settings.memory;
  const region = spec.region ?? settings.region;
  return {
    spec,
    image,
    workdir,
    writablePaths: Object.entries(spec.volumes)
      .filter(([, { readOnly }]) => !readOnly)
      .map(([path]) => path),
    params: {
      cpu: spec.cpu ?? settings.cpu,
      memoryMiB: memory,
      memoryLimitMiB: memory,
      timeoutMs: wholeSeconds(settings.lifetime),
      workdir,
      env: openEnvironment(env, spec),
      secrets,
      volumes,
      ...(spec.gpu && { gpu: spec.gpu }),
      ...(region && { regions: [region] }),
    },
  };
}

async function lookUp<Found>(find: () => Promise<Found>): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    throw modalError(error, 'connecting');
  }
}

function secretOf(modal: Sdk.ModalClient, secret: SecretSpec): Promise<Sdk.Secret> {
  return secret.kind === 'named'
    ? modal.secrets.fromName(secret.name, { requiredKeys: [...secret.requiredKeys] })
    : modal.secrets.fromObject({ ...secret.values });
}

async function volumesOf(modal: Sdk.ModalClient, spec: ContainerSpec): Promise<Record<string, Sdk.Volume>> {
  const found = Object.entries(spec.volumes).map(async ([path, { name, createIfMissing, readOnly }]) => {
    const volume = await modal.volumes.fromName(name, { createIfMissing });
    return [path, readOnly ? volume.withMountOptions({ readOnly }) : volume] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
