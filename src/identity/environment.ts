/**
 * Variable by which a container says, separated by commas, which of its variables were declared for it. All others, such
 * as secrets and what the provider calls the container, are no part of keys there.
 */
export const declaredVariable = 'HYPERNODES_DECLARED_ENV';

/** Whether what the environment has under a name counts in keys. */
export function countsInKeys(name: string): boolean {
  const declared = process.env[declaredVariable];
  return declared === undefined || declared.split(',').includes(name);
}
