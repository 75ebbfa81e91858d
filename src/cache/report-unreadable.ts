const damaged = new WeakSet<object>();
const newer = new WeakSet<object>();

/** Tells once per cache that an entry is damaged; it counts as absent and will be replaced. */
export function reportDamage(cache: object, where: string): void {
  if (damaged.has(cache)) return;
  damaged.add(cache);
  process.emitWarning(`${where}: this cache entry is damaged; it and others like it are computed anew and replaced.`, {
    code: 'HYPERNODES_CACHE_DAMAGED',
  });
}

/** Tells once per cache that an entry was written by a newer version; it counts as absent. */
export function reportNewerFormat(cache: object, where: string): void {
  if (newer.has(cache)) return;
  newer.add(cache);
  process.emitWarning(
    `${where}: a newer version of hypernodes wrote this cache entry; it and others like it are computed anew. Update hypernodes, or use another path.`,
    { code: 'HYPERNODES_CACHE_FORMAT' },
  );
}
