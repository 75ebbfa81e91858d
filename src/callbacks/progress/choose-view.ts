import { findNotebook } from '../../events/index.ts';
import type { TextStream } from '../text-sink.ts';
import { isCI } from './is-ci.ts';
import { NotebookView } from './notebook-view.ts';
import { PlainView } from './plain-view.ts';
import type { ProgressMode, ProgressOptions } from './progress-callback.ts';
import type { ProgressView } from './progress-view.ts';
import { TerminalView } from './terminal-view.ts';

/** One terminal has one live block, however many callbacks write to it. */
const views = new WeakMap<object, Map<ProgressMode, ProgressView>>();

function shared(owner: object, mode: ProgressMode, make: () => ProgressView): ProgressView {
  let modes = views.get(owner);
  if (modes === undefined) {
    modes = new Map();
    views.set(owner, modes);
  }
  let view = modes.get(mode);
  if (view === undefined) {
    view = make();
    modes.set(mode, view);
  }
  return view;
}

function modeFor(stream: TextStream): 'terminal' | 'plain' {
  const { env } = process;
  return stream.isTTY === true && env.TERM !== 'dumb' && !isCI(env) ? 'terminal' : 'plain';
}

/** The view that the options ask for, or that suits where the program runs. */
export function chooseView({ mode = 'auto', stream, display }: ProgressOptions): ProgressView {
  if (mode === 'notebook' || (mode === 'auto' && stream === undefined)) {
    const notebook = display === undefined ? findNotebook() : { kernel: display, newDisplay: () => display };
    if (notebook !== undefined) {
      return shared(notebook.kernel, 'notebook', () => new NotebookView(() => notebook.newDisplay()));
    }
  }
  const target = stream ?? process.stderr;
  const chosen = mode === 'terminal' || mode === 'plain' ? mode : modeFor(target);
  return chosen === 'terminal'
    ? shared(target, 'terminal', () => new TerminalView(target))
    : shared(target, 'plain', () => new PlainView(target));
}
