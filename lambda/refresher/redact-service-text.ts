import { escapeXml } from '../soap/xml-text.ts';

const MAX_CHARACTERS = 200;
/** What is read at all: an answer may be much longer than what is logged of it. */
const MAX_READ = 4000;
/** Shorter runs occur in any text. */
const RUN = 4;
/** Longer values are PEM, which no usual encoding changes but in single signs. */
const MAX_ENCODED = 1000;
const HIDDEN = '•••';

/**
 * What the service said, a line for each of its texts. Whatever in it may come from a secret, in any usual encoding, or may
 * be a token is replaced by `•••`.
 * @param secretValues what was sent and must not be logged
 * @param codes of the service, and its sentences, which stay
 */
export function redactServiceText(
  serviceText: string,
  secretValues: readonly string[],
  codes: readonly string[],
): string {
  const text = serviceText.slice(0, MAX_READ);
  const hidden = new Array<boolean>(text.length).fill(false);
  const listed = placesOf(text, codes);
  const hide = (from: number, to: number) => hidden.fill(true, from, to);
  const hideUnlisted = (from: number, to: number) => {
    if (!listed.some((place) => place.from <= from && to <= place.to)) hide(from, to);
  };
  // 16 or more characters of a token with a digit among them, or 32 or more letters.
  for (const { 0: run, index } of text.matchAll(/[A-Za-z0-9+/_=.~-]{16,}/g)) {
    if (/\d|[A-Za-z]{32}/.test(run)) hideUnlisted(index, index + run.length);
  }
  // An escape can stand for any character of a secret, and break a run of it. So can a dump of its characters.
  for (const pattern of [/\S+/g, DUMP]) {
    for (const { 0: word, index } of text.matchAll(pattern)) {
      if (pattern === DUMP || ESCAPE.test(word)) hide(index, index + word.length);
    }
  }
  // Once with all signs, and once without them: single ones may stand between the characters of a secret.
  const values = [...new Set(secretValues)];
  for (const fold of [withoutSpace, lettersOnly]) hideRuns(text, values, fold, hideUnlisted);
  hideShortWords(text, values, hideUnlisted);
  return masked(text, hidden);
}

/** Up to 200 characters in one line, for the log. @returns undefined where nothing is left to log */
export function inOneLine(redacted: string): string | undefined {
  const shown = redacted.replace(BLANKS, ' ').trim();
  return shown === '' ? undefined : [...shown].slice(0, MAX_CHARACTERS).join('');
}

/** In URLs, XML, HTML, JSON and source code; by number or by name. */
const ESCAPE =
  /%[0-9a-f]{2}|&#x?[0-9a-f]+|&[a-z][a-z0-9]{1,31};|\\u\{?[0-9a-f]{2,6}|\\x\{?[0-9a-f]{2}|\\[0-3]?[0-7]{2}/i;
/** Single characters, each of which may have its number beside it: `[0] => h [1] => u`. */
const DUMP =
  /(?<![\p{L}\p{N}])(?:(?:[\p{L}\p{N}]|\d{1,3})[^\p{L}\p{N}]+){5,}(?:[\p{L}\p{N}]|\d{1,3})(?![\p{L}\p{N}])/gu;
/** White space, and what shows nothing or breaks a log line. */
const BLANKS = /[\s\p{C}\p{Z}]+/gu;

/** A way in which a value may come back, and how many characters of it stand for one run of the value. */
interface Guise {
  readonly text: string;
  readonly run: number;
}

function guises(value: string): readonly Guise[] {
  if (value.length > MAX_ENCODED) return [{ text: value, run: RUN }];
  return [value, value.toUpperCase(), value.toLowerCase()].flatMap((text) => {
    const bytes = Buffer.from(text);
    const wide = Buffer.from(text, 'utf16le');
    const json = JSON.stringify(text).slice(1, -1);
    const spellings = [
      text,
      ...misread(text, bytes),
      encodeURIComponent(text),
      json.replaceAll('/', '\\/'),
      escapeXml(text),
      ...[bytes, wide, Buffer.from(wide).swap16()].flatMap((each) =>
        [0, 1, 2].flatMap((before) => base64Within(each, before)),
      ),
    ];
    const hexadecimal = [bytes, wide].map((each) => ({ text: each.toString('hex'), run: 2 * RUN }));
    return [...spellings.map((spelling) => ({ text: spelling, run: RUN })), ...hexadecimal];
  });
}

/** UTF-8 read as Latin-1 or windows-1252, and the other way round. */
function misread(text: string, bytes: Buffer): readonly string[] {
  return [
    bytes.toString('latin1'),
    new TextDecoder('windows-1252').decode(bytes),
    Buffer.from(text, 'latin1').toString(),
  ];
}

/** The characters of Base64 that are the value's alone, where that many bytes stand before it in its group of three. */
function base64Within(bytes: Buffer, before: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const own = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Hides each run that the text shares with a guise of a value. Costs what text and guises are long, not their product. */
function hideRuns(text: string, values: readonly string[], fold: Fold, hide: (from: number, to: number) => void): void {
  const { characters, places } = folded(text, fold);
  const placesByRun = new Map<string, number[]>();
  for (const run of [RUN, 2 * RUN]) {
    for (let at = 0; at + run <= characters.length; at += 1) {
      const key = characters.slice(at, at + run);
      const starts = placesByRun.get(key);
      if (starts === undefined) placesByRun.set(key, [at]);
      else starts.push(at);
    }
  }
  const runs: Run[] = [];
  for (const { text: guise, run } of values.flatMap(guises)) {
    // Of PEM, the letters are enough.
    if (guise.length > MAX_ENCODED && fold !== lettersOnly) continue;
    const sought = fold(guise);
    for (let at = 0; at + run <= sought.length; at += 1) {
      const key = sought.slice(at, at + run);
      for (const start of placesByRun.get(key) ?? [])
        runs.push([places[start] ?? 0, (places[start + run - 1] ?? 0) + 1]);
      // Hidden once, whatever else holds it.
      placesByRun.delete(key);
    }
  }
  for (const [from, to] of joined(runs)) hide(from, to);
}

type Run = readonly [from: number, to: number];

/** Runs that overlap are one: as a whole it may be what the profile lists. */
function joined(runs: readonly Run[]): readonly Run[] {
  const all: [from: number, to: number][] = [];
  for (const [from, to] of runs.toSorted(([one], [other]) => one - other)) {
    const last = all.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** A value of one to three characters, such as a PIN, where it is a word. */
function hideShortWords(text: string, values: readonly string[], hide: (from: number, to: number) => void): void {
  const short = values.map((value) => value.trim().toLowerCase()).filter(({ length }) => length > 0 && length < RUN);
  if (short.length === 0) return;
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+|\S+/gu)) {
    if (short.includes(word.toLowerCase())) hide(index, index + word.length);
  }
}

type Fold = (text: string) => string;

/** Small letters without accents, which can be characters of their own; white space is left out. */
function withoutSpace(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\s\p{Z}\p{Cc}\p{Cf}\p{M}]/gu, '');
}

function lettersOnly(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The characters that count, and where each stands in the text. */
function folded(text: string, fold: Fold): { readonly characters: string; readonly places: readonly number[] } {
  let characters = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    for (const character of fold(text.charAt(at))) {
      characters += character;
      places.push(at);
    }
  }
  return { characters, places };
}

/** Where codes and sentences of the profile stand: they would be hidden of a user `client_user` otherwise. */
function placesOf(text: string, codes: readonly string[]): readonly { readonly from: number; readonly to: number }[] {
  const known = codes
    .filter((code) => code !== '')
    .map((code) => code.replace(/[^\w\s]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .sort((one, other) => other.length - one.length);
  if (known.length === 0) return [];
  const listed = new RegExp(`(?<![\\w])(?:${known.join('|')})(?![\\w])`, 'gi');
  return [...text.matchAll(listed)].map(({ 0: word, index }) => ({ from: index, to: index + word.length }));
}

function masked(text: string, hidden: readonly boolean[]): string {
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    if (hidden[at] !== true) shown += text.charAt(at);
    else if (hidden[at - 1] !== true) shown += HIDDEN;
  }
  return shown;
}
