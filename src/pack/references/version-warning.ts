const warned = new Set<string>();

/** Warns, once per package and pair of versions. */
export function warnOfVersion(name: string, expected: string, found: string): void {
  const cause = `${name} ${expected} ${found}`;
  if (warned.has(cause)) return;
  warned.add(cause);
  process.emitWarning(
    `The payload was packed with ${name}@${expected}, and ${name}@${found} is installed here. Install the same version on both sides.`,
    { code: 'HYPERNODES_PACK_VERSION' },
  );
}
