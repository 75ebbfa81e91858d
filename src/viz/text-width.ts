/** Widths of letters of the widest common sans serif fonts, as shares of their size; others are taken to be of the width of `n`. */
const widths: ReadonlyMap<string, number> = new Map(
  (
    [
      [0.32, "iIjl.,:;'|! "],
      [0.4, 'ftr()[]-/\\`"'],
      [0.56, 'sckvxyzJ*^'],
      [0.61, 'abdeghnopqu0123456789_?$#{}FLTZ'],
      [0.74, 'ABCDEGHKNOPQRSUVXY&→×…+=<>~'],
      [0.92, 'mMwW@%'],
    ] as const
  ).flatMap(([width, letters]) => [...letters].map((letter) => [letter, width] as const)),
);

/** Pixels that a text takes at most in a sans serif font of that size; there is no font to ask. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += widths.get(letter) ?? (letter.codePointAt(0)! > 0x2e80 ? 1.05 : 0.62);
  return Math.ceil(width * size * 1.04);
}

/** Bold letters are wider. */
export const boldWidth = (text: string, size: number): number => Math.ceil(textWidth(text, size) * 1.12);
