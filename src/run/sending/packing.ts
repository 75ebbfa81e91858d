type Packing = typeof import('../../pack/index.ts');

let loaded: Packing | undefined;

/** Loads what packs and unpacks: most programs send nothing away, and start faster without it. */
export async function loadPacking(): Promise<Packing> {
  loaded ??= await import('../../pack/index.ts');
  return loaded;
}

/** What packs and unpacks, after {@link loadPacking}. */
export const packing = (): Packing => loaded!;
