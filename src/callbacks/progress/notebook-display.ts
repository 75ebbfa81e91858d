import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

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

interface Tslab {
  newDisplay(): { html(html: string): void };
}

const ignore = (): void => {};

function denoDisplay(jupyter: NonNullable<DenoKernel['jupyter']>): NotebookDisplay {
  const id = randomUUID();
  let update = false;
  return (html) => {
    jupyter.display({ 'text/html': html }, { raw: true, display_id: id, update }).catch(ignore);
    update = true;
  };
}

function tslabDisplay(): NotebookDisplay | undefined {
  try {
    const tslab = createRequire(`${process.cwd()}/`)('tslab') as Tslab;
    const display = tslab.newDisplay();
    return (html) => display.html(html);
  } catch {
    return undefined;
  }
}

/** What makes a display in the output of the current cell; `undefined` outside the notebook kernels that are known. */
export function notebookDisplays(): (() => NotebookDisplay) | undefined {
  const scope = globalThis as { readonly Deno?: DenoKernel; readonly __tslab__?: unknown };
  let jupyter: DenoKernel['jupyter'];
  try {
    // Outside a kernel, looking at it throws.
    jupyter = scope.Deno?.jupyter;
  } catch {
    return undefined;
  }
  if (jupyter !== undefined) return () => denoDisplay(jupyter);
  if (scope.__tslab__ !== undefined && tslabDisplay() !== undefined) return () => tslabDisplay()!;
  return undefined;
}
