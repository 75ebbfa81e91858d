/**
 * Variable by which a container says, separated by commas, which of its variables were declared for it. All others, such
 * as secrets and what the provider calls the container, are no part of keys there.
 */
export const declaredVariable = 'HYPERNODES_DECLARED_ENV';

/** What credentials are called: another one opens the same door, and some are new every hour. */
const CREDENTIAL =
  /(^|_)((API|ACCESS|SECRET|PRIVATE|AUTH|ACCOUNT)_?KEY(_ID)?|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i;

/** Whether what the environment has under a name counts in keys. */
export function countsInKeys(name: string): boolean {
  if (CREDENTIAL.test(name)) return false;
  const declared = process.env[declaredVariable];
  return declared === undefined || declared.split(',').includes(name);
}
