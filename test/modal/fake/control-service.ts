import { type CallContext, ServerError, Status } from 'nice-grpc';
import { token, variablesOf } from './credentials.ts';
import type { FakeImage } from './images.ts';
import type { Handlers, Sent } from './messages.ts';
import type { Platform } from './platform.ts';
import { sandboxHandlers } from './sandbox-handlers.ts';

/** The service that the cloud is asked for things with, as far as sandboxes need it. */
export function controlService(platform: Platform, routerUrl: () => string): Handlers {
  return {
    async authTokenGet(_: unknown, { metadata }: CallContext) {
      if (metadata.get('x-modal-token-secret') === 'wrong') {
        throw new ServerError(Status.UNAUTHENTICATED, 'Token ID is malformed or the secret is wrong');
      }
      return { token: token() };
    },
    async environmentGetOrCreate() {
      return { environmentId: 'en-main', metadata: { name: 'main', settings: { imageBuilderVersion: '2025.06' } } };
    },
    async appGetOrCreate({ appName, objectCreationType }: Sent<'appGetOrCreate'>) {
      let appId = platform.apps.get(appName);
      if (!appId && objectCreationType !== 1) throw new ServerError(Status.NOT_FOUND, `no app ${appName}`);
      appId ??= platform.id('ap');
      platform.apps.set(appName, appId);
      return { appId };
    },
    async appList() {
      return { apps: [...platform.apps].map(([name, appId]) => ({ appId, name, state: 3 })) };
    },
    async secretGetOrCreate({ deploymentName, envDict, requiredKeys, objectCreationType }: Sent<'secretGetOrCreate'>) {
      if (objectCreationType === 5) {
        const secretId = platform.id('st');
        platform.secrets.set(secretId, envDict);
        return { secretId };
      }
      const secretId = `st-named-${deploymentName}`;
      const variables = platform.secrets.get(secretId);
      if (!variables) throw new ServerError(Status.NOT_FOUND, `Secret '${deploymentName}' not found`);
      const missing = requiredKeys.find((key) => !(key in variables));
      if (missing) throw new ServerError(Status.FAILED_PRECONDITION, `Secret is missing key(s): ${missing}`);
      return { secretId };
    },
    async volumeGetOrCreate({ deploymentName, objectCreationType }: Sent<'volumeGetOrCreate'>) {
      if (objectCreationType !== 1 && !platform.volumes.has(`vo-${deploymentName}`)) {
        throw new ServerError(Status.NOT_FOUND, `Volume '${deploymentName}' not found`);
      }
      return { volumeId: (await platform.volume(deploymentName)).id, metadata: { version: 1 } };
    },
    async imageGetOrCreate({ image }: Sent<'imageGetOrCreate'>) {
      const baseId = image?.baseImages[0]?.imageId;
      const env = variablesOf(platform, image?.secretIds.map((secretId) => ({ secretId })) ?? []);
      const base = baseId ? platform.images.byId(baseId) : undefined;
      if (baseId && !base) throw new ServerError(Status.NOT_FOUND, `no image ${baseId}`);
      const { id } = platform.images.request({ commands: image?.dockerfileCommands ?? [], base, env });
      return { imageId: id, ...(platform.images.isBuilt(id) && { result: { status: 1 } }) };
    },
    async *imageJoinStreaming({ imageId, includeLogsForFinished }: Sent<'imageJoinStreaming'>) {
      const image = await built(platform, imageId);
      const log = image.log.split('\n').filter((line) => line !== '');
      // The SDK shows no log while it waits; who asks for the one of a finished build gets it.
      if (includeLogsForFinished) yield { taskLogs: log.map((data) => ({ data: `${data}\n` })), entryId: '1-0' };
      yield { result: { status: image.failed ? 2 : 1, exception: '' }, entryId: '2-0', eof: true };
    },
    async imageFromId({ imageId }: Sent<'imageFromId'>) {
      if (!platform.images.isBuilt(imageId))
        throw new ServerError(Status.NOT_FOUND, `Could not find image with ID ${imageId}`);
      return { imageId };
    },
    async imageGetByTag({ tag }: Sent<'imageGetByTag'>) {
      const image = platform.images.byName(tag);
      if (!image) throw new ServerError(Status.NOT_FOUND, `Image '${tag}' not found`);
      return { imageId: image.id };
    },
    async imagePublish({ imageId, tag }: Sent<'imagePublish'>) {
      platform.images.publish(tag, await built(platform, imageId));
      return {};
    },
    ...sandboxHandlers(platform, routerUrl),
  };
}

async function built(platform: Platform, imageId: string): Promise<FakeImage> {
  const image = await platform.images.whenBuilt(imageId);
  if (!image) throw new ServerError(Status.NOT_FOUND, `no image ${imageId}`);
  return image;
}
