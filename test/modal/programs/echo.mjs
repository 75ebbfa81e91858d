// Stands in for the runner: gives back what it gets, unless a line says what else to do.
import { Socket } from 'node:net';

const channel = new Socket({ fd: 3 });
console.log(`runner in ${process.cwd()}`);
channel.on('data', (bytes) => {
  const text = bytes.length < 100 ? bytes.toString() : '';
  if (text === 'exit') process.exit(4);
  else if (text === 'loop') for (;;);
  else if (text === 'print') {
    console.log('to stdout');
    console.error('to stderr');
    channel.write('printed');
  } else if (text === 'out of memory') process.kill(process.pid, 'SIGKILL');
  else if (text.startsWith('env ')) channel.write(process.env[text.slice(4)] ?? 'absent');
  else channel.write(bytes);
});
channel.on('end', () => process.exit(0));
