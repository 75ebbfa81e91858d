/** @throws TypeError for what is no path. */
export function checkPath(cache: string, path: unknown): string {
  if (typeof path === 'string' && path !== '') return path;
  throw new TypeError(`${cache}: path is missing; expected the path of a directory.`);
}
