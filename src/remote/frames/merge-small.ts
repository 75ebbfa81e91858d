const SMALL = 16 * 1024;

/** Puts small pieces that follow each other together, so that many frames are one write; large ones are not copied. */
export function mergeSmall(pieces: readonly Uint8Array[]): Uint8Array[] {
  const merged: Uint8Array[] = [];
  let from = 0;
  const flush = (end: number): void => {
    if (end > from) merged.push(end - from === 1 ? pieces[from]! : Buffer.concat(pieces.slice(from, end)));
    from = end;
  };
  pieces.forEach((piece, at) => {
    if (piece.length <= SMALL) return;
    flush(at);
    merged.push(piece);
    from = at + 1;
  });
  flush(pieces.length);
  return merged;
}
