import { MissingPeerError } from '../../errors.ts';
import { findNotebook } from '../../events/index.ts';
import type { PipelineGraph } from '../../graph/index.ts';
import type { MimeBundle } from './jupyter-display.ts';

/** By the package's own name: this room knows none of those that build on it, and pictures are loaded when one is shown. */
const VIZ = 'hypernodes/viz';

// In Deno a pipeline may be the last value of any cell: pictures get ready between cells. Cells of tslab use `require`, which
// fails while an import of the same module is under way; they load pictures themselves to show one.
if ('Deno' in globalThis && findNotebook() !== undefined) void import(VIZ).catch(() => undefined);

interface Viz {
  toSVG(pipeline: PipelineGraph): Promise<string>;
  toText(pipeline: PipelineGraph): string;
}

/** A pipeline in a notebook: its graph; as text where elkjs is not installed. */
export async function displayPipeline(pipeline: PipelineGraph): Promise<MimeBundle> {
  const { toSVG, toText } = (await import(VIZ)) as Viz;
  const text = toText(pipeline);
  try {
    return { 'text/html': await toSVG(pipeline), 'text/plain': text };
  } catch (error) {
    if (!(error instanceof MissingPeerError)) throw error;
    return { 'text/plain': `${text}(for a picture: ${error.hint})` };
  }
}
