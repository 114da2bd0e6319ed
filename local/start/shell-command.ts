/**
 * A command for a POSIX shell that can be pasted as it stands, indented by two spaces. It goes on in the next line where
 * there is a blank, and within an argument in JSON after a comma, where JSON allows a line end. A longer word stays whole.
 */
export function shellCommand(command: string, width: number): string {
  const lines: string[] = [];
  // Of the line itself, with room for the indentation and " \\".
  const room = width - 6;
  for (const piece of command.split(/(?<= )|(?<=",)/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + piece).trimEnd().length <= room) lines[lines.length - 1] = last + piece;
    else lines.push(piece);
  }
  return lines
    .map((line, at) => {
      const isLast = at === lines.length - 1;
      return `${at === 0 ? '  ' : '    '}${line.trimEnd()}${isLast || line.endsWith(',') ? '' : ' \\'}`;
    })
    .join('\n');
}
