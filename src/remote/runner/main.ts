/**
 * The program in every container: performs the calls that come in as frames.
 *
 * Arguments: the descriptors to read from and to write to, 3 for both unless given. It ends when the input does.
 */
import { FrameKind, FrameReader } from '../frames/index.ts';
import { FrameOutput } from './frame-output.ts';
import { redirectPrinting } from './printed-output.ts';
import { readInput } from './read-input.ts';
import { reportEnd } from './report-end.ts';
import { Runner } from './runner.ts';

const [, , inputFd = '3', outputFd = inputFd] = process.argv;
// User code sees a program without arguments.
process.argv.length = 2;

const output = new FrameOutput(Number(outputFd));
redirectPrinting(output);
const runner = new Runner(output, process.cwd());
reportEnd(output, () => runner.isIdle);

const input = readInput(Number(inputFd));
let silence: NodeJS.Timeout | undefined;
/** Ends everything that was started here, too. */
function leave(): never {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // This process leads no group.
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process is killed');
}
const reader = new FrameReader({
  frame(frame) {
    runner.take(frame);
  },
  noise(bytes) {
    process.stderr.write(`hypernodes: ${bytes.length} bytes that are no frame came from home\n`);
  },
  damaged({ kind, call }) {
    process.stderr.write(`hypernodes: a frame from home was damaged (kind ${kind}, call ${call})\n`);
    process.exit(70);
  },
});
input.on('data', (chunk: Uint8Array) => {
  reader.push(chunk);
  if (runner.patienceMs === 0) return;
  clearTimeout(silence);
  silence = setTimeout(leave, runner.patienceMs);
});
// Home is gone, or wants this to end: nobody is left to answer to.
input.on('end', leave);
input.on('error', leave);

output.queue({ kind: FrameKind.ready, meta: { pid: process.pid, node: process.version } });
output.flush();
