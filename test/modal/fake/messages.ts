import type { ModalClient } from 'modal';
import type { CallContext } from 'nice-grpc';

type Control = ModalClient['cpClient'];

/** What the SDK sends for an RPC of the control plane; a server sees every field filled in. */
export type Sent<Rpc extends keyof Control> = Filled<Parameters<Control[Rpc]>[0]>;

/** Messages as they arrive: absent scalars are zero, absent messages are undefined. */
type Filled<Message> = Message extends Uint8Array | Date | string | number | boolean | undefined
  ? Message
  : Message extends readonly (infer Item)[]
    ? Filled<Item>[]
    : string extends keyof Message
      ? { [Key in string]: Filled<NonNullable<Message[keyof Message]>> }
      : { [Field in keyof Message]-?: Filled<Message[Field]> };

/** Handlers of a service, by name of the RPC. */
export type Handlers = Readonly<Record<string, (request: never, context: CallContext) => unknown>>;

/** Messages of the command router, of which the SDK exports no types: the fields that are used here. */
export interface ExecStart {
  readonly taskId: string;
  readonly execId: string;
  readonly commandArgs: readonly string[];
  readonly workdir?: string;
  readonly timeoutSecs?: number;
  readonly secretSources: readonly SecretSource[];
}

export interface SecretSource {
  readonly secretId?: string | undefined;
  readonly env?: { readonly contents: Readonly<Record<string, string>> } | undefined;
}

export interface ExecReference {
  readonly taskId: string;
  readonly execId: string;
}

export interface StdioRead extends ExecReference {
  readonly offset: number;
  /** 0 is standard output. */
  readonly fileDescriptor: number;
}

export interface StdinWrite extends ExecReference {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly eof: boolean;
}

export interface StdinStreamItem {
  readonly start?: ExecReference & { readonly offset: number };
  readonly data?: Uint8Array;
  readonly end?: object;
}
