import picocolors from 'picocolors';
import type { NodeState } from '../../events/index.ts';
import type { Fact } from './outline-line.ts';

type Paint = (text: string) => string;

/** Marks and colours of the live tree. */
export interface TerminalStyle {
  readonly marks: Readonly<Record<NodeState, string>>;
  readonly spinner: readonly string[];
  readonly bar: { readonly done: string; readonly rest: string };
  readonly state: Readonly<Record<NodeState, Paint>>;
  readonly tone: Readonly<Record<Fact['tone'], Paint>>;
  readonly quiet: Paint;
  readonly bold: Paint;
}

const FANCY = {
  marks: {
    pending: '○',
    running: '●',
    retrying: '↻',
    done: '✔',
    cached: '≡',
    failed: '✖',
    aborted: '⊘',
  },
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  bar: { done: '━', rest: '─' },
} as const;

const ASCII = {
  marks: {
    pending: '.',
    running: '*',
    retrying: '~',
    done: '+',
    cached: '=',
    failed: 'x',
    aborted: '!',
  },
  spinner: ['|', '/', '-', '\\'],
  bar: { done: '#', rest: '-' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the user wants colours: FORCE_COLOR beats NO_COLOR, both beat what the terminal can. */
export function wantsColor(env: Environment, isTTY: boolean): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTTY && env.TERM !== 'dumb';
}

/** Whether the terminal can draw more than ASCII. */
function hasUnicode(env: Environment): boolean {
  if (process.platform === 'win32') return env.WT_SESSION !== undefined || env.TERM_PROGRAM === 'vscode';
  if (env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || !/^(C|POSIX)$/.test(locale);
}

export function terminalStyle(env: Environment, isTTY: boolean): TerminalStyle {
  const colors = picocolors.createColors(wantsColor(env, isTTY));
  const as = (paint: (text: string) => string): Paint => paint;
  return {
    ...(hasUnicode(env) ? FANCY : ASCII),
    state: {
      pending: as(colors.dim),
      running: as(colors.cyan),
      retrying: as(colors.yellow),
      done: as(colors.green),
      cached: as(colors.blue),
      failed: as(colors.red),
      aborted: as(colors.yellow),
    },
    tone: {
      plain: String,
      quiet: as(colors.dim),
      cached: as(colors.blue),
      failed: as(colors.red),
      retried: as(colors.yellow),
    },
    quiet: as(colors.dim),
    bold: as(colors.bold),
  };
}
