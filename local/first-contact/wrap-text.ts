/** Puts pieces of a text together into lines of at most `width` characters, blanks at the end not counted; a longer piece stays whole. */
export function filledLines(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const longer = `${lines.at(-1) ?? ''}${piece}`;
    if (lines.length > 0 && longer.trimEnd().length <= width) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/**
 * Breaks text between words into lines of at most `width` characters; only a longer word, such as an address, is cut.
 * @param firstWidth of the first line, where something stands before it; left empty for a word that fits below only
 */
export function wrapText(text: string, width: number, firstWidth = width): readonly string[] {
  const taken = ' '.repeat(Math.max(0, width - firstWidth));
  const pieces = text.match(new RegExp(`[^ ]{1,${width}} *| +`, 'g')) ?? [];
  return filledLines([taken, ...pieces], width).map((line, at) =>
    (at === 0 ? line.slice(taken.length) : line).trimEnd(),
  );
}
