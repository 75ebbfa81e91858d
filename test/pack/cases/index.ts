import { bindings } from './bindings.ts';
import type { Cases } from './case.ts';
import { classes } from './classes.ts';
import { closures } from './closures.ts';
import { corners } from './corners.ts';
import { data } from './data.ts';
import { functions } from './functions.ts';
import { instances } from './instances.ts';
import { modules } from './modules.ts';

/** Every case, by group. */
export const groups: Readonly<Record<string, Cases>> = {
  closures,
  bindings,
  instances,
  functions,
  classes,
  data,
  modules,
  corners,
};
