import { type CallContext, ServerError, Status } from 'nice-grpc';
import { token, variablesOf } from './credentials.ts';
import type { Handlers, Sent } from './messages.ts';
import type { Platform } from './platform.ts';
import type { FakeSandbox, SandboxPlan } from './sandbox.ts';

const gpuTypes = new Set([
  '',
  'ANY',
  'T4',
  'L4',
  'A10',
  'A10G',
  'A100',
  'A100-40GB',
  'A100-80GB',
  'L40S',
  'H100',
  'H200',
  'B200',
]);

type Creation = Sent<'sandboxCreateV2'> | Sent<'sandboxCreate'>;
type Reference = { readonly sandboxId: string };

/** What the cloud does with sandboxes, of both kinds. */
export function sandboxHandlers(platform: Platform, routerUrl: () => string): Handlers {
  function find({ sandboxId }: Reference): FakeSandbox {
    const sandbox = platform.sandboxes.get(sandboxId);
    if (!sandbox) throw new ServerError(Status.NOT_FOUND, `Sandbox ${sandboxId} not found`);
    return sandbox;
  }

  async function create(request: Creation, version: 1 | 2): Promise<FakeSandbox> {
    const { definition } = request;
    const image = platform.images.byId(definition?.imageId ?? '');
    if (!definition || !image || image.failed) throw new ServerError(Status.NOT_FOUND, 'the image is not built');
    const gpu = definition.resources?.gpuConfig;
    if (!gpuTypes.has(gpu?.gpuType ?? ''))
      throw new ServerError(Status.INVALID_ARGUMENT, `unknown gpu type '${gpu?.gpuType}'`);
    const taken = platform.running.some(
      ({ plan }) => plan.name !== '' && plan.name === definition.name && plan.appId === request.appId,
    );
    if (taken) throw new ServerError(Status.ALREADY_EXISTS, `Sandbox '${definition.name}' already exists`);
    const sources = 'secretSources' in request ? request.secretSources : [];
    const named = definition.secretIds.map((secretId) => ({ secretId }));
    const plan: SandboxPlan = {
      appId: request.appId,
      name: definition.name ?? '',
      version,
      command: definition.entrypointArgs,
      image,
      env: { ...variablesOf(platform, named), ...variablesOf(platform, sources) },
      workdir: definition.workdir || image.workdir,
      timeoutSecs: definition.timeoutSecs,
      idleTimeoutSecs: definition.idleTimeoutSecs,
      resources: {
        milliCpu: definition.resources?.milliCpu ?? 0,
        memoryMb: definition.resources?.memoryMb ?? 0,
        memoryMbMax: definition.resources?.memoryMbMax ?? 0,
        gpu: gpu?.gpuType ? { type: gpu.gpuType, count: gpu.count } : undefined,
      },
      regions: definition.schedulerPlacement?.regions ?? [],
      tags: Object.fromEntries(request.tags.map(({ tagName, tagValue }) => [tagName, tagValue])),
    };
    return platform.start(plan, definition.volumeMounts);
  }

  /** V2 shows its task at once, V1 when it has a machine. */
  async function task({ sandboxId }: Reference) {
    const sandbox = find({ sandboxId });
    if (sandbox.started || sandbox.plan.version === 2) return { taskId: sandbox.taskId };
    return sandbox.result ? { taskResult: sandbox.result } : {};
  }

  async function wait({ sandboxId, timeout }: Reference & { readonly timeout: number }, { signal }: CallContext) {
    const sandbox = find({ sandboxId });
    const metadata = { appId: sandbox.plan.appId };
    if (timeout > 0) {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeout * 1000);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([sandbox.ended, enough]);
      clearTimeout(timer);
    }
    return { result: sandbox.told, metadata };
  }

  async function terminate(reference: Reference) {
    find(reference).terminate();
    return {};
  }

  async function tags(reference: Reference) {
    return { tags: Object.entries(find(reference).tags).map(([tagName, tagValue]) => ({ tagName, tagValue })) };
  }

  async function setTags({ sandboxId, tags }: Sent<'sandboxTagsSetV2'>) {
    find({ sandboxId }).tags = Object.fromEntries(tags.map(({ tagName, tagValue }) => [tagName, tagValue]));
    return {};
  }

  function list(versions: readonly number[]) {
    return async ({ appId, tags, beforeTimestamp }: Sent<'sandboxListV2'>) => {
      const found = platform.running
        .filter(({ plan }) => versions.includes(plan.version) && (!appId || plan.appId === appId))
        .filter(({ createdAt }) => !beforeTimestamp || createdAt < beforeTimestamp)
        .filter((sandbox) => tags.every(({ tagName, tagValue }) => sandbox.tags[tagName] === tagValue))
        .sort((a, b) => b.createdAt - a.createdAt);
      return {
        sandboxes: found.map(({ id, createdAt, plan }) => ({ id, createdAt, appId: plan.appId, name: plan.name })),
      };
    };
  }

  function byName(version: 1 | 2) {
    return async ({ sandboxName, appName, includeTerminated }: Sent<'sandboxGetFromNameV2'>) => {
      const appId = platform.apps.get(appName);
      const named = (all: readonly FakeSandbox[]) =>
        all.findLast(({ plan }) => plan.name === sandboxName && plan.appId === appId && plan.version === version);
      const found =
        named(platform.running) ?? (includeTerminated ? named([...platform.sandboxes.values()]) : undefined);
      if (!found) throw new ServerError(Status.NOT_FOUND, `no sandbox named ${sandboxName}`);
      return { sandboxId: found.id };
    };
  }

  return {
    async sandboxCreateV2(request: Sent<'sandboxCreateV2'>) {
      const { id, taskId } = await create(request, 2);
      return { sandboxId: id, taskId, commandRouterAccess: { url: routerUrl(), jwt: token() } };
    },
    async sandboxCreate(request: Sent<'sandboxCreate'>) {
      return { sandboxId: (await create(request, 1)).id };
    },
    sandboxGetTaskId: task,
    sandboxGetTaskIdV2: task,
    sandboxWait: wait,
    sandboxWaitV2: wait,
    sandboxTerminate: terminate,
    sandboxTerminateV2: terminate,
    sandboxTagsGet: tags,
    sandboxTagsGetV2: tags,
    sandboxTagsSet: setTags,
    sandboxTagsSetV2: setTags,
    sandboxList: list([1]),
    sandboxListV2: list([1, 2]),
    sandboxGetFromName: byName(1),
    sandboxGetFromNameV2: byName(2),
    async sandboxGetCommandRouterAccess(reference: Reference) {
      find(reference);
      return { url: routerUrl(), jwt: token() };
    },
    async taskGetCommandRouterAccess() {
      return { url: routerUrl(), jwt: token() };
    },
    async appFetchLogs({ taskId, limit }: Sent<'appFetchLogs'>) {
      const main = platform.byTask(taskId)?.main;
      const lines = [...lineItems(main?.stdout.text() ?? '', 1), ...lineItems(main?.stderr.text() ?? '', 2)];
      return { batches: [{ items: lines.slice(-limit) }] };
    },
    async *sandboxGetLogs({ sandboxId, fileDescriptor, lastEntryId }: Sent<'sandboxGetLogs'>, { signal }: CallContext) {
      const sandbox = find({ sandboxId });
      await sandbox.scheduled;
      const tape = fileDescriptor === 1 ? sandbox.main?.stdout : sandbox.main?.stderr;
      let position = Number.parseInt(lastEntryId, 10);
      for await (const data of tape?.read(position, signal) ?? []) {
        position += data.length;
        yield { items: [{ data: Buffer.from(data).toString('utf8') }], entryId: `${position}-0` };
      }
      yield { items: [], entryId: `${position}-0`, eof: true };
    },
  };
}

function lineItems(text: string, fileDescriptor: number): { data: string; fileDescriptor: number }[] {
  return text
    .split(/(?<=\n)/)
    .filter((data) => data !== '')
    .map((data) => ({ data, fileDescriptor }));
}
