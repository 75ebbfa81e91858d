/**
 * Name of the method that the Deno kernel calls on the value of a cell: it gives, by MIME type, how to show it.
 *
 * Source: https://docs.deno.com/runtime/reference/cli/jupyter/
 */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display') as never;

/** Ways to show something, by MIME type; a front end takes the richest that it knows. */
export type MimeBundle = Readonly<Record<string, string>>;
