/** What a case gives, in a form that any process can compare. */
export function portable(run: () => unknown): Promise<string>;
