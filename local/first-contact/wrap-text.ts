/** Puts pieces of a text together into lines, each as long as `fits` allows. */
export function filledLines(pieces: readonly string[], fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const longer = `${lines.at(-1) ?? ''}${piece}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/**
 * Breaks text between words into lines of at most `width` characters; only a longer word, such as an address, is cut.
 * @param firstWidth of the first line, where something stands before it; left empty for a word that fits below only
 */
export function wrapText(text: string, width: number, firstWidth = width): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const room = () => (lines.length === 0 ? firstWidth : width);
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= room() || (line === '' && word.length > width)) line = longer;
    else {
      lines.push(line);
      line = word;
    }
    while (line.length > room()) {
      const end = room();
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  return [...lines, line];
}
