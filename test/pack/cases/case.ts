/** Cases by name: each function is packed, unpacked somewhere else and called there; it must give what it gives here. */
export type Cases = Readonly<Record<string, (...args: never[]) => unknown>>;
