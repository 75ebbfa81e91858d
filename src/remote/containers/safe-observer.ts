import type { DeploymentObserver } from '../provider.ts';

/** An observer whose errors are nobody's problem. */
export function safeObserver(observer: DeploymentObserver): Required<DeploymentObserver> {
  const guard = (notify: () => void): void => {
    try {
      notify();
    } catch {
      // As documented: whoever watches must not disturb.
    }
  };
  return {
    onLog: (line) => guard(() => observer.onLog?.(line)),
    onPhase: (change) => guard(() => observer.onPhase?.(change)),
    onRetry: (retry) => guard(() => observer.onRetry?.(retry)),
  };
}
