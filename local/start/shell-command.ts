import { filledLines } from '../first-contact/wrap-text.ts';

/**
 * A command for a POSIX shell that can be pasted as it stands, indented by two spaces. It goes on in the next line where
 * there is a blank, and within an argument in JSON after a comma, where JSON allows a line end. A longer word stays whole.
 */
export function shellCommand(command: string, width: number): string {
  // With room for the indentation and " \\".
  const lines = filledLines(command.split(/(?<= )|(?<=",)/), width - 6);
  return lines
    .map((line, at) => {
      const isLast = at === lines.length - 1;
      return `${at === 0 ? '  ' : '    '}${line.trimEnd()}${isLast || line.endsWith(',') ? '' : ' \\'}`;
    })
    .join('\n');
}
