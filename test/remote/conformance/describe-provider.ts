import type { Provider } from 'hypernodes/remote';
import { describe } from 'vitest';
import { testCalls } from './calls.ts';
import { testCode } from './code.ts';
import { testErrors } from './errors.ts';
import { testLimits } from './limits.ts';
import { testScaling } from './scaling.ts';
import { testVolumes } from './volumes.ts';

/** What a provider can do beyond what all must do. */
export interface Capabilities {
  /** Absolute path at which a volume may be mounted in its containers. */
  readonly volumePath: string;
  /** MiB that are a container's limit in the test of running out of memory; absent where that cannot be tested. */
  readonly memoryLimit?: number;
}

/** The provider under test, made once for all of its tests. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** Removes what it left. */
  release?(): Promise<void>;
}

/** What any provider must do; `make` is called once for each group of tests. */
export function describeProvider(
  name: string,
  make: () => ProviderUnderTest | Promise<ProviderUnderTest>,
  capabilities: Capabilities,
): void {
  describe(`${name} is a provider`, () => {
    testCalls(make);
    testErrors(make, capabilities);
    testLimits(make);
    testScaling(make);
    testCode(make);
    testVolumes(make, capabilities);
  });
}
