export let hits = 0;
export let mode = { name: 'first' };
export const hit = (): number => ++hits;
export const setMode = (name: string): void => {
  mode = { name };
};
