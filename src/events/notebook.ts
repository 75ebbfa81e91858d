import { randomUUID } from 'node:crypto';

/** Shows HTML in the output of a notebook cell; each call replaces what the one before showed. */
export type NotebookDisplay = (html: string) => void;

interface DenoKernel {
  readonly jupyter?: {
    display(
      bundle: Readonly<Record<string, unknown>>,
      options: { readonly raw: true; readonly display_id: string; readonly update: boolean },
    ): Promise<void>;
  };
}

/** What the kernel tslab hands to the code of cells. */
interface TslabKernel {
  require(module: 'tslab'): { newDisplay(): { html(html: string): void } };
}

/** What is on its way to the front end. */
const sending = new Set<Promise<void>>();
/** Kernels say that a cell is done before they have sent what it printed last; whoever listens only until then misses it. */
const SENDING_MS = 5;

/** Waits until what was displayed has been sent. */
export async function displaysSent(): Promise<void> {
  await Promise.all(sending);
  await new Promise((resolve) => setTimeout(resolve, SENDING_MS));
}

function denoDisplay(jupyter: NonNullable<DenoKernel['jupyter']>): NotebookDisplay {
  const id = randomUUID();
  let update = false;
  return (html) => {
    const sent = jupyter
      .display({ 'text/html': html }, { raw: true, display_id: id, update })
      .catch(() => undefined)
      .finally(() => sending.delete(sent));
    sending.add(sent);
    update = true;
  };
}

function tslabDisplay(kernel: TslabKernel): NotebookDisplay {
  const display = kernel.require('tslab').newDisplay();
  return (html) => display.html(html);
}

/** The notebook that this program is a part of. */
export interface Notebook {
  /** What talks to the front end; one for the whole process. */
  readonly kernel: object;
  /** Makes a display in the output of the cell that runs now. */
  newDisplay(): NotebookDisplay;
}

/** The notebook that runs this program, if its kernel is a known one. */
export function findNotebook(): Notebook | undefined {
  const { Deno, __tslab__: tslab } = globalThis as { readonly Deno?: DenoKernel; readonly __tslab__?: TslabKernel };
  let jupyter: DenoKernel['jupyter'];
  try {
    // Outside a kernel, looking at it throws.
    jupyter = Deno?.jupyter;
  } catch {
    return undefined;
  }
  if (jupyter !== undefined) return { kernel: jupyter, newDisplay: () => denoDisplay(jupyter) };
  if (typeof tslab?.require === 'function') return { kernel: tslab, newDisplay: () => tslabDisplay(tslab) };
  return undefined;
}
