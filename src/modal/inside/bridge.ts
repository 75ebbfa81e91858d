/**
 * Stands between the streams of an exec and the runner: standard input and output carry envelopes, standard error the
 * lines that user code prints. The runner has its own channel, which user code cannot write to by accident.
 *
 * Arguments: seconds without a sign of life after which it ends, then the command of the runner.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, createReadStream, mkdirSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import { EnvelopeKind, EnvelopeReader, envelopeHeader, type RunnerExit } from '../envelope.ts';
import { aliveFile, contentFolder, logFile, stateFolder } from './places.ts';

const [, , patience = '60', program = process.execPath, ...args] = process.argv;

mkdirSync(contentFolder, { recursive: true });
mkdirSync(stateFolder, { recursive: true });

/** Descriptor of the runner's channel. */
const CHANNEL = 3;
const runner = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
const channel = runner.stdio[CHANNEL] as Duplex;

process.on('exit', () => runner.kill('SIGKILL'));
// Whoever holds the container may leave at any time; the runner may end before it has read everything.
for (const stream of [process.stdout, process.stderr, channel]) stream.on('error', () => undefined);

/** Milliseconds that it may take to say so when nobody is there any more. */
const farewellMs = 1000;

let life: NodeJS.Timeout | undefined;
function awaitSignOfLife(milliseconds: number): void {
  clearTimeout(life);
  life = setTimeout(() => {
    leave({ code: null, signal: null, cause: 'lost' });
    setTimeout(() => process.exit(0), farewellMs);
  }, milliseconds);
  try {
    utimesSync(aliveFile, new Date(), new Date());
  } catch {
    // Without a keeper there is no file to touch.
  }
}
awaitSignOfLife(Number(patience) * 1000);

function send(kind: EnvelopeKind, content: Uint8Array): boolean {
  process.stdout.write(envelopeHeader(kind, content.length));
  return process.stdout.write(content);
}

channel.on('data', (bytes: Buffer) => {
  if (send(EnvelopeKind.data, bytes)) return;
  channel.pause();
  process.stdout.once('drain', () => channel.resume());
});

let sawHeapLimit = false;
function printLines(stream: Readable, name: 'o' | 'e'): void {
  let rest = '';
  const print = (text: string): void => {
    if (text.includes('heap out of memory')) sawHeapLimit = true;
    process.stderr.write(`${name}${text}\n`);
    appendFileSync(logFile, `${text}\n`);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) print(line);
  });
  stream.on('end', () => {
    if (rest !== '') print(rest);
  });
}
printLines(runner.stdout as Readable, 'o');
printLines(runner.stderr as Readable, 'e');

async function pass(bytes: Uint8Array): Promise<void> {
  if (!channel.destroyed && !channel.write(bytes)) await new Promise((resolve) => channel.once('drain', resolve));
}

async function passOn(): Promise<void> {
  const reader = new EnvelopeReader();
  for await (const chunk of process.stdin) {
    for (const { kind, content } of reader.read(chunk as Uint8Array)) {
      if (kind === EnvelopeKind.data) await pass(content);
      else if (kind === EnvelopeKind.ping) awaitSignOfLife(Number(Buffer.from(content).toString('utf8')));
      else if (kind === EnvelopeKind.forget) await rm(contentPath(content), { force: true });
      else if (kind === EnvelopeKind.file) {
        for await (const piece of createReadStream(contentPath(content))) await pass(piece as Uint8Array);
      }
    }
  }
  channel.end();
}

function contentPath(name: Uint8Array): string {
  return `${contentFolder}/${Buffer.from(name).toString('utf8')}`;
}

function leave(exit: RunnerExit): void {
  clearTimeout(life);
  send(EnvelopeKind.exit, Buffer.from(JSON.stringify(exit)));
  process.stdout.end(() => process.exit(0));
}

runner.once('spawn', () => send(EnvelopeKind.ready, new Uint8Array()));
runner.once('error', (error) => {
  process.stderr.write(`e${error.message}\n`);
  leave({ code: 127, signal: null, cause: 'exited' });
});
runner.once('close', (code, signal) => {
  // Nobody here kills the runner: a SIGKILL comes from the kernel, which does that when memory is used up.
  const outOfMemory = signal === 'SIGKILL' || (signal === 'SIGABRT' && sawHeapLimit);
  leave({ code, signal, cause: outOfMemory ? 'out-of-memory' : 'exited' });
});
void passOn();
