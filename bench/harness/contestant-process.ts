/** Measures one contestant in a process of its own: `node --expose-gc contestant-process.ts`, with the job in a message. */
import { NotOffered } from './case.ts';
import { loadCase } from './load-cases.ts';
import { type Effort, type Figures, measure } from './measure.ts';

export interface Job {
  readonly caseName: string;
  readonly contestant: string;
  readonly effort: Effort;
}

/** Figures, or why there are none. */
export type Outcome = { readonly figures: Figures } | { readonly notRun: string };

async function work({ caseName, contestant, effort }: Job): Promise<Outcome> {
  try {
    const benchCase = await loadCase(caseName);
    const program = await benchCase.contestants[contestant]!();
    return { figures: await measure(program, benchCase, effort) };
  } catch (error) {
    if (error instanceof NotOffered) return { notRun: error.message };
    return { notRun: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

process.once('message', async (job: Job) => {
  const outcome = await work(job);
  process.send!(outcome, () => process.exit());
});
