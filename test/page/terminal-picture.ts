import { stripVTControlCharacters } from 'node:util';
import { escapeXml } from '../../lambda/soap/xml-text.ts';

const CHARACTER = 7.83;
const LINE = 19;
const PADDING = 18;
const BAR = 34;

/** Colours of select graphic rendition, as this repository's commands use them. */
const CLASSES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'bad',
  32: 'good',
  33: 'warn',
};

/** A terminal after this command has been run in it. @param output with its colours */
export function terminalPicture(command: string, output: string): string {
  const lines = [`\u001b[2m$\u001b[22m ${command}`, ...output.trimEnd().split('\n')];
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
  const width = Math.ceil(columns * CHARACTER + 2 * PADDING);
  const height = BAR + lines.length * LINE + PADDING;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="13" role="img" aria-label="What ${command} prints">`,
    STYLE,
    `<rect class="window" width="${width}" height="${height}" rx="10"/>`,
    ...[18, 36, 54].map((x) => `<circle class="button" cx="${x}" cy="17" r="5"/>`),
    ...lines.map(
      (line, row) => `<text xml:space="preserve" x="${PADDING}" y="${BAR + row * LINE + 13}">${spans(line)}</text>`,
    ),
    '</svg>',
  ].join('\n');
}

const STYLE = `<style>
  .window { fill: #fffefb; stroke: #dcd9d0 } .button { fill: #dcd9d0 } text { fill: #1c2330 }
  .dim { fill: #586070 } .good { fill: #1d5fbf } .bad, .warn { fill: #b24e00 } .bold { font-weight: 700 }
  @media (prefers-color-scheme: dark) {
    .window { fill: #1a1f27; stroke: #323945 } .button { fill: #323945 } text { fill: #e8eaee }
    .dim { fill: #a3abb8 } .good { fill: #7db1ff } .bad, .warn { fill: #ffa861 }
  }
</style>`;

/** The pieces of a line, each in its colour. */
function spans(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what starts a colour
  const pieces = line.split(/\u001b\[(\d+)m/);
  let style: string | undefined;
  return pieces
    .map((piece, index) => {
      if (index % 2 === 1) {
        style = CLASSES[piece];
        return '';
      }
      const words = escapeXml(piece);
      return style === undefined || piece === '' ? words : `<tspan class="${style}">${words}</tspan>`;
    })
    .join('');
}
