import { declaredVariable } from '../identity/index.ts';
import type { ContainerSpec } from './container-spec.ts';

/** What an image and a function declare openly, and the names of that, for cache keys in the container: secrets are no part of these. */
export function openEnvironment(
  imageEnv: Readonly<Record<string, string>>,
  { env, secrets }: Pick<ContainerSpec, 'env' | 'secrets'>,
): Record<string, string> {
  const secret = new Set(
    secrets.flatMap((one) => (one.kind === 'values' ? Object.keys(one.values) : one.requiredKeys)),
  );
  const names = [...Object.keys(imageEnv).filter((name) => !secret.has(name)), ...Object.keys(env)];
  return { ...imageEnv, ...env, [declaredVariable]: names.join() };
}
