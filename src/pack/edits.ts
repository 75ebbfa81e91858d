/** A part of a text that something else takes the place of. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after edits that don't overlap; line breaks stay, so that what follows keeps its line. */
export function edited(source: string, edits: readonly Edit[]): string {
  let text = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    text += source.slice(at, edit.start) + edit.text + source.slice(edit.start, edit.end).replace(/[^\n]/g, '');
    at = edit.end;
  }
  return text + source.slice(at);
}
