/**
 * Imported before all else in a container on this machine, and by what Node itself passes it on to: the container's worker
 * threads and the programs that it forks. The paths are part of the address by which it is imported.
 */
import { mapPaths } from './mapped-paths.ts';

mapPaths(JSON.parse(new URL(import.meta.url).searchParams.get('paths') ?? '{}') as Record<string, string>);
