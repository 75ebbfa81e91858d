const reported = new WeakSet<object>();

/** Tells once per cache that an entry is damaged; it counts as absent and will be replaced. */
export function reportDamage(cache: object, where: string): void {
  if (reported.has(cache)) return;
  reported.add(cache);
  process.emitWarning(`${where}: this cache entry is damaged; it and others like it are computed anew and replaced.`, {
    code: 'HYPERNODES_CACHE_DAMAGED',
  });
}
