import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { travelPrograms } from './project.ts';
import { program } from './random/program.ts';

describe('random programs of closures, classes and objects', () => {
  it('give elsewhere what they give here', () => {
    fc.assert(
      fc.property(fc.array(program, { minLength: 60, maxLength: 60 }), (sources) => {
        for (const [i, { expected, inProcess, inWorker }] of travelPrograms(sources).entries()) {
          expect({ inProcess, inWorker }, sources[i]).toEqual({ inProcess: expected, inWorker: expected });
        }
      }),
      // Making the programs smaller would start hundreds of processes.
      { numRuns: 1, endOnFailure: true },
    );
  });
});
