import { UsageError } from './command.ts';

/** What was said after `hypernodes run`. */
export interface RunParameters {
  /** `file.ts` or `file.ts::name`. */
  readonly reference: string;
  readonly provider: string | undefined;
  readonly isDetached: boolean;
  readonly isDryRun: boolean;
  readonly wantsHelp: boolean;
  /** What is meant for the script. */
  readonly flags: readonly string[];
}

/** Tells the options of the command from those of the script; what comes after `--` is the script's. @throws UsageError */
export function readRunParameters(parameters: readonly string[]): RunParameters {
  const flags: string[] = [];
  const found = { provider: undefined as string | undefined, isDetached: false, isDryRun: false, wantsHelp: false };
  let reference: string | undefined;
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index]!;
    if (parameter === '--') {
      flags.push(...parameters.slice(index + 1));
      break;
    }
    if (parameter === '--on') found.provider = parameters[++index] ?? missing();
    else if (parameter.startsWith('--on=')) found.provider = parameter.slice('--on='.length);
    else if (parameter === '--detach') found.isDetached = true;
    else if (parameter === '--dry-run') found.isDryRun = true;
    else if (parameter === '--help' || parameter === '-h') found.wantsHelp = true;
    else if (reference === undefined && !parameter.startsWith('-')) reference = parameter;
    else flags.push(parameter);
  }
  if (reference === undefined) throw new UsageError('say which file.');
  return { reference, flags, ...found };
}

function missing(): never {
  throw new UsageError('--on needs the name of a provider: local or modal.');
}
