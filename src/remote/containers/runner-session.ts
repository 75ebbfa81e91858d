import {
  type FatalMeta,
  type Frame,
  FrameKind,
  FrameReader,
  type HelloMeta,
  type LogMeta,
  metaOf,
} from '../frames/index.ts';
import { unpackError } from '../packed-error.ts';
import type { FunctionDefinition, LogLine } from '../provider.ts';
import type { Container, ContainerHost } from './container-host.ts';
import type { ContainerEnd } from './crash-error.ts';
import { FrameSender } from './frame-sender.ts';
import { HeldUnits } from './held-units.ts';
import { KnownParts } from './known-parts.ts';
import { LastLines } from './last-lines.ts';
import { LineSplitter } from './line-splitter.ts';
import { LookAhead } from './look-ahead.ts';
import type { PendingCall } from './pending-call.ts';
import type { WorkUnit } from './work-unit.ts';

/** Whoever gave a session its work. */
export interface SessionOwner {
  onLog(line: LogLine): void;
  succeeded(call: PendingCall, result: Uint8Array): void;
  failed(call: PendingCall, error: unknown): void;
  /** A unit was given back: it was not begun. */
  returned(unit: WorkUnit): void;
  /** A unit takes longer than it may. */
  overdue(session: RunnerSession, unit: WorkUnit): void;
  /** There is room for more. */
  freed(session: RunnerSession): void;
}

/** How long after its end a container's output may still come, in milliseconds: programs that it started can hold it. */
const LAST_OUTPUT_MS = 500;
/** What runs is late when it takes so many times as long as the work that may wait for it. */
const LATE_TIMES = 4;

/** The conversation with the runner in one container. */
export class RunnerSession {
  readonly container: Container;
  /** Resolves when the runner listens. */
  readonly ready: Promise<void>;
  /** Resolves when the container is gone and all that it said was taken. */
  readonly ended: Promise<ContainerEnd>;
  /** Nothing is sent to it any more. */
  isClosing = false;
  /** It is killed for what one of its calls did; the others are not to blame. */
  isCondemned = false;
  readonly #definition: FunctionDefinition;
  readonly #owner: SessionOwner;
  readonly #sender: FrameSender;
  readonly #parts = new KnownParts();
  readonly #lookAhead: LookAhead;
  readonly #units: HeldUnits;
  readonly #lastLines = new LastLines();
  readonly #printed: Readonly<Record<LogLine['stream'], LineSplitter>>;
  #heartbeat: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #fatal: ContainerEnd['fatal'];
  #sawNoise = false;
  #hasExited = false;
  #isReady!: () => void;

  constructor(container: Container, definition: FunctionDefinition, owner: SessionOwner, host: ContainerHost) {
    this.container = container;
    this.#definition = definition;
    this.#owner = owner;
    this.#sender = new FrameSender(container);
    this.#lookAhead = new LookAhead(host.aheadMs);
    this.#units = new HeldUnits(definition.scaling.concurrency);
    this.#printed = { stdout: this.#splitter('stdout'), stderr: this.#splitter('stderr') };
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#greet(host);
    this.ended = this.#listen();
  }

  /** Units that it has, running or not. */
  get load(): number {
    return this.#units.size;
  }

  get running(): number {
    return this.#units.running;
  }

  /** Whether units wait there behind others that take longer than was thought. */
  get isHoldingUp(): boolean {
    return this.hasWaiting && this.#isLate;
  }

  get hasWaiting(): boolean {
    return this.#units.waiting > 0;
  }

  get isIdle(): boolean {
    return this.#units.size === 0;
  }

  /** Whether another unit would begin at once. */
  get hasFreeLane(): boolean {
    return !this.isClosing && this.#units.size < this.#definition.scaling.concurrency;
  }

  /** Whether another unit would soon begin. */
  get takesAhead(): boolean {
    return !this.isClosing && this.#lookAhead.takes(this.#units.waiting, this.#units.bytes) && !this.#isLate;
  }

  send(calls: readonly PendingCall[]): void {
    const [first] = calls as readonly [PendingCall];
    const parts = calls.flatMap((call) => call.request.parts ?? []);
    const { missing, surplus } = this.#parts.use(parts);
    for (const { digest, bytes } of missing) {
      this.#sender.send({ kind: FrameKind.define, meta: { digest }, payload: [bytes] });
    }
    const payload = calls.map(({ request }) => request.args);
    const { number } = this.#units.add(calls);
    const { timeout, batch } = this.#definition;
    this.#sender.send({
      kind: FrameKind.call,
      call: number,
      meta: {
        id: first.id,
        method: first.request.method,
        parts: parts.length > 0 ? parts.map(({ digest }) => digest) : undefined,
        takesYields: first.request.onYield ? true : undefined,
        attempt: first.attempts > 1 ? first.attempts : undefined,
        timeoutMs: timeout === undefined ? undefined : timeout * 1000,
        lengths: batch ? payload.map(({ length }) => length) : undefined,
      },
      payload,
    });
    for (const digest of surplus) this.#sender.send({ kind: FrameKind.forget, meta: { digest } });
    this.#keepDeadlines();
  }

  /** The unit of a call that was sent here and not answered. */
  unitOf(call: PendingCall): WorkUnit | undefined {
    return this.#units.unitOf(call);
  }

  /** Asks for what waits there; each unit that was not begun is `returned`, of the others their answers come. */
  recall(): void {
    const waiting = this.#units.parted().waiting.filter(({ isRecalled }) => !isRecalled);
    const [first] = waiting;
    if (first === undefined) return;
    for (const unit of waiting) unit.isRecalled = true;
    this.#sender.send({ kind: FrameKind.recall, call: first.number });
  }

  /** Tells the runner that nobody waits for a unit any more, and kills it if it doesn't stop. */
  giveUp(unit: WorkUnit, graceMs: number): void {
    if (unit.isGivenUp) return;
    unit.isGivenUp = true;
    this.#sender.send({ kind: FrameKind.cancel, call: unit.number });
    this.#killUnlessStopped(unit, graceMs);
  }

  /** It has so long from when it runs: what runs before it is not to suffer. */
  #killUnlessStopped(unit: WorkUnit, graceMs: number): void {
    const askedAt = performance.now();
    setTimeout(() => {
      if (!this.#units.has(unit)) return;
      if (unit.startedAt === undefined || unit.startedAt > askedAt) {
        this.#killUnlessStopped(unit, graceMs);
        return;
      }
      this.isClosing = true;
      this.isCondemned = true;
      void this.container.kill();
    }, graceMs).unref();
  }

  /** Lets it finish, give back what it holds, and end. */
  stop(graceMs: number): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.#sender.send({ kind: FrameKind.stop });
    const timer = setTimeout(() => void this.container.kill(), graceMs);
    timer.unref();
    void this.ended.then(() => clearTimeout(timer));
  }

  /** What it didn't answer: first what ran, as far as known here, then what waited. */
  unanswered(): { readonly started: readonly WorkUnit[]; readonly waiting: readonly WorkUnit[] } {
    return this.#units.parted();
  }

  /** Whether whatever runs there has taken longer than all that waits was thought to take. */
  get #isLate(): boolean {
    return this.#units.isLate(LATE_TIMES * this.#lookAhead.aheadMs);
  }

  #greet(host: ContainerHost): void {
    const { app, name, kind, code, digest, scaling, batch } = this.#definition;
    const hello: HelloMeta = {
      app,
      name,
      kind,
      code: digest,
      concurrency: scaling.concurrency,
      isBatched: batch !== undefined,
      patienceMs: host.heartbeat?.patienceMs ?? 0,
    };
    this.#sender.send({ kind: FrameKind.hello, meta: hello });
    this.#sender.send({ kind: FrameKind.define, meta: { digest }, payload: [code] });
    if (!host.heartbeat) return;
    this.#heartbeat = setInterval(() => this.#sender.send({ kind: FrameKind.heartbeat }), host.heartbeat.everyMs);
    this.#heartbeat.unref();
  }

  async #listen(): Promise<ContainerEnd> {
    const reader = new FrameReader({
      frame: (frame) => this.#take(frame),
      noise: (bytes) => this.#noise(bytes),
      damaged: ({ call }) => this.#damaged(call),
    });
    const reading = (async () => {
      for await (const chunk of this.container.output) reader.push(chunk);
    })().catch(() => undefined);
    void reading.then(() => this.#endIfMute());
    const exit = await this.container.exited;
    this.#hasExited = true;
    await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, LAST_OUTPUT_MS).unref())]);
    clearInterval(this.#heartbeat);
    clearTimeout(this.#deadline);
    this.isClosing = true;
    this.#printed.stdout.end();
    this.#printed.stderr.end();
    const lastLines = [...exit.lastLines, ...this.#lastLines.lines].slice(-10);
    return { exit, fatal: this.#fatal, lastLines };
  }

  /** A container that cannot speak any more is of no use; one that ends has no more to say, either. */
  #endIfMute(): void {
    setTimeout(() => {
      if (this.#hasExited) return;
      this.#fatal = brokenChannel('something closed the channel between the container and home');
      void this.container.kill();
    }, LAST_OUTPUT_MS);
  }

  #take(frame: Frame): void {
    const { kind, call: number, payload } = frame;
    if (kind === FrameKind.ready) this.#isReady();
    else if (kind === FrameKind.log) this.#printed[metaOf<LogMeta>(frame).stream ?? 'stdout'].push(payload);
    else if (kind === FrameKind.fatal) {
      const error = payload.length > 0 ? unpackError(payload) : undefined;
      this.#fatal = { meta: metaOf<FatalMeta>(frame), error };
    }
    const entry = this.#units.call(number);
    if (!entry) return;
    const { call, unit } = entry;
    switch (kind) {
      case FrameKind.message:
        call.message(payload);
        break;
      case FrameKind.yield:
        call.yield(payload, () => this.#sender.send({ kind: FrameKind.more, call: number, extra: 1 }));
        break;
      case FrameKind.result:
        this.#answered(number, unit, frame.extra);
        if (!unit.isGivenUp) this.#owner.succeeded(call, payload);
        this.#owner.freed(this);
        break;
      case FrameKind.error:
        this.#answered(number, unit, frame.extra);
        if (!unit.isGivenUp) this.#owner.failed(call, unpackError(payload));
        this.#owner.freed(this);
        break;
      case FrameKind.returned:
        this.#units.remove(unit);
        if (!unit.isGivenUp) this.#owner.returned(unit);
        this.#owner.freed(this);
        break;
    }
  }

  #answered(number: number, unit: WorkUnit, micros: number): void {
    if (!this.#units.answered(number, unit)) return;
    this.#lookAhead.measured(micros);
    this.#keepDeadlines();
  }

  #keepDeadlines(): void {
    if (this.#definition.timeout !== undefined && !this.#deadline && this.#units.size > 0) {
      this.#watchDeadline(this.#definition.timeout * 1000);
    }
  }

  /** One timer for all units: it looks for those that are overdue, and then waits for the next one. */
  #watchDeadline(limitMs: number): void {
    let next = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const unit of this.#units) {
      if (unit.startedAt === undefined || unit.isGivenUp) continue;
      if (now - unit.startedAt >= limitMs) this.#owner.overdue(this, unit);
      else next = Math.min(next, unit.startedAt + limitMs - now);
    }
    this.#deadline = undefined;
    if (next === Number.POSITIVE_INFINITY) return;
    this.#deadline = setTimeout(() => this.#watchDeadline(limitMs), Math.min(Math.ceil(next), 2 ** 31 - 1));
    this.#deadline.unref();
  }

  #noise(bytes: Uint8Array): void {
    this.#printed.stdout.push(bytes);
    if (this.#sawNoise) return;
    this.#sawNoise = true;
    const { app, name } = this.#definition;
    process.emitWarning(
      `${app}.${name} wrote ${bytes.length} bytes into the channel between its container and this process; they are shown as its output. Write to process.stdout instead of a file descriptor.`,
      { code: 'HYPERNODES_REMOTE_NOISE' },
    );
  }

  /** What a frame held is lost; its call cannot be answered any more. */
  #damaged(number: number): void {
    const entry = this.#units.call(number);
    this.#fatal = brokenChannel('something wrote into the middle of a message to home');
    this.isClosing = true;
    if (!entry) this.isCondemned = true;
    void this.container.kill();
  }

  #splitter(stream: LogLine['stream']): LineSplitter {
    const { app, name } = this.#definition;
    return new LineSplitter((text) => {
      if (stream === 'stderr') this.#lastLines.add(text);
      this.#owner.onLog({ app, function: name, container: this.container.id, stream, text });
    });
  }
}

function brokenChannel(how: string): NonNullable<ContainerEnd['fatal']> {
  return { meta: { reason: 'uncaught-exception' }, error: new Error(how) };
}
