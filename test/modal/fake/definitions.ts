import { createRequire } from 'node:module';
import type { ModalClient } from 'modal';
import type { CompatServiceDefinition } from 'nice-grpc';

/** The two services that the Modal SDK calls, as the installed SDK describes them. */
export interface ModalDefinitions {
  readonly control: CompatServiceDefinition;
  readonly router: CompatServiceDefinition;
}

type Normalize = (definition: CompatServiceDefinition) => unknown;

const requireFromSdk = createRequire(createRequire(import.meta.url).resolve('modal'));
const seen = new Map<string, CompatServiceDefinition>();

// The SDK exports no descriptions, but hands them to nice-grpc, whose factory of clients passes them through here.
const passage = requireFromSdk('nice-grpc/lib/service-definitions') as { normalizeServiceDefinition: Normalize };
const { normalizeServiceDefinition } = passage;
passage.normalizeServiceDefinition = (definition) => {
  if ('fullName' in definition) seen.set(String(definition.fullName), definition);
  return normalizeServiceDefinition(definition);
};

/** Takes the descriptions out of the SDK by letting it make a client of each service; nobody is called. */
export async function modalDefinitions(): Promise<ModalDefinitions> {
  const { ModalClient } = await import('modal');
  const credentials = { tokenId: 'none', tokenSecret: 'none' };
  const control = new ModalClient(credentials);
  const answers = {
    sandboxGetTaskIdV2: async () => ({ taskId: 'ta-none' }),
    sandboxGetCommandRouterAccess: async () => ({ url: 'https://127.0.0.1:9', jwt: '' }),
  };
  const offline = new ModalClient({
    ...credentials,
    cpClient: answers as unknown as ModalClient['cpClient'],
    logLevel: 'error',
  });
  await offerRouter(offline);
  control.close();
  return {
    control: described('modal.client.ModalClient'),
    router: described('modal.task_command_router.TaskCommandRouter'),
  };
}

/** The SDK makes its client of the command router when a stream is opened; the stream is given up at once. */
async function offerRouter(offline: ModalClient): Promise<void> {
  const sandbox = await offline.sandboxes.fromId('sb-description-only');
  const reader = sandbox.stdout.getReader();
  const read = reader.read().catch(() => undefined);
  while (seen.size < 2) await new Promise((resolve) => setImmediate(resolve));
  await reader.cancel().catch(() => undefined);
  await read;
  sandbox.detach();
}

function described(name: string): CompatServiceDefinition {
  const definition = seen.get(name);
  if (!definition) throw new Error(`The SDK describes ${[...seen.keys()].join(', ')}, but no ${name}.`);
  return definition;
}
