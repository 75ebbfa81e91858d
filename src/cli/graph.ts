import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { toDot, toHTML, toMermaid, toSVG, toText } from '../viz/index.ts';
import { type Command, UsageError } from './command.ts';
import { findPipeline } from './find-pipeline.ts';

const formats = { text: toText, mermaid: toMermaid, dot: toDot, svg: toSVG, html: toHTML } as const;
type Format = keyof typeof formats;

/** `hypernodes graph`: the picture of a pipeline. */
export const graphCommand: Command = {
  usage: `Usage: hypernodes graph <file.ts>[::<pipeline>] [--format ${Object.keys(formats).join('|')}] [--out <file>]

Prints the graph of a pipeline, or writes it to a file; the format follows from the name of the file, else it is text.

  --depth <n>         show nested pipelines only down to this depth
  --direction right   from left to right instead of down`,

  async run(parameters) {
    const { values, positionals } = readParameters(parameters);
    const [reference, ...others] = positionals;
    if (reference === undefined) throw new UsageError('say which file.');
    if (others.length > 0) throw new UsageError(`expected one file, found also '${others.join("', '")}'.`);
    const format = formatOf(values.format ?? extensionOf(values.out));
    const options = { depth: depthOf(values.depth), direction: directionOf(values.direction) };
    const picture = await formats[format](await findPipeline(reference), options);
    if (values.out === undefined) process.stdout.write(picture.endsWith('\n') ? picture : `${picture}\n`);
    else writeFileSync(values.out, picture);
    return 0;
  },
};

function readParameters(parameters: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...parameters],
      options: { format: text, out: text, depth: text, direction: text },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}

/** Without the point; `undefined` for a name that has none. */
const extensionOf = (file = ''): string | undefined => extname(file).slice(1).toLowerCase() || undefined;

function formatOf(wanted = 'text'): Format {
  const extensions: Readonly<Record<string, Format>> = { mmd: 'mermaid', gv: 'dot', txt: 'text', htm: 'html' };
  const format = extensions[wanted] ?? wanted;
  if (Object.hasOwn(formats, format)) return format as Format;
  throw new UsageError(`there is no format '${wanted}'; there is ${Object.keys(formats).join(', ')}.`);
}

function depthOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const depth = Number(text);
  if (!Number.isInteger(depth) || depth < 0) throw new UsageError(`--depth is '${text}'; expected 0, 1, 2, ….`);
  return depth;
}

function directionOf(text: string | undefined): 'down' | 'right' | undefined {
  if (text === undefined || text === 'down' || text === 'right') return text;
  throw new UsageError(`--direction is '${text}'; expected down or right.`);
}
