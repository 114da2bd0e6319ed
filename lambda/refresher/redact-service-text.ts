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
  if (text.trim() === '') return '';
  const hidden = new Array<boolean>(text.length).fill(false);
  const listed = placesOf(text, codes);
  const hide = (from: number, to: number) => hidden.fill(true, from, to);
  const hideUnlisted = (from: number, to: number) => {
    if (!listed.some(([start, end]) => start <= from && to <= end)) hide(from, to);
  };
  // 16 or more characters of a token with a digit among them, or 32 or more letters.
  for (const { 0: run, index } of text.matchAll(/[A-Za-z0-9+/_=.~-]{16,}/g)) {
    if (/\d|[A-Za-z]{32}/.test(run)) hideUnlisted(index, index + run.length);
  }
  // An escape can stand for any character of a secret, and break a run of it. So can a dump of its characters.
  for (const pattern of [WORDS, DUMP, NUMBERS]) {
    for (const { 0: word, index } of text.matchAll(pattern)) {
      if (pattern !== WORDS || ESCAPE.test(word)) hide(index, index + word.length);
    }
  }
  const values = [...new Set(secretValues)];
  const spellings = values.flatMap(guises);
  const foldedBy = (fold: Fold) => spellings.map((guise) => ({ ...guise, text: fold(guise.text) }));
  const whole = foldedBy(withoutSpace);
  const shown = folded(text, withoutSpace);
  hideRuns(shown, whole, hideUnlisted);
  // Single signs may stand between the characters of a secret: they are left out, all of them or each second one.
  hideRuns(folded(text, lettersOnly), foldedBy(lettersOnly), hideUnlisted);
  for (const first of [0, 1]) hideRuns(everyOther(shown, first), whole, hideUnlisted);
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
  /%(?:u[0-9a-f]{2})?[0-9a-f]{2}|&#x?[0-9a-f]+|&[a-z][a-z0-9]{1,31};|\\u\{?[0-9a-f]{2,6}|\\x\{?[0-9a-f]{2}|\\[0-3]?[0-7]{2}/i;
/** Single characters, each of which may have its number beside it: `[0] => h [1] => u`. */
const DUMP =
  /(?<![\p{L}\p{N}])(?:(?:[\p{L}\p{N}]|\d{1,3})[^\p{L}\p{N}]+){5,}(?:[\p{L}\p{N}]|\d{1,3})(?![\p{L}\p{N}])/gu;
/** Numbers of characters, three or more: hexadecimal, octal, of Unicode, in calls, in a list. */
const NUMBERS =
  /(?<![0-9a-z])(?:(?:0x[0-9a-f]{2}|0[0-7]{2,3}|u\+[0-9a-f]{4,6}|chr?\(\d{1,3}\))(?![0-9a-z])\W*){3,}|\[\s*\d{1,3}(?:[,;\s]+\d{1,3}){3,}\s*\]/gi;
const WORDS = /\S+/g;
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
      // UTF-8 read as Latin-1 or windows-1252, and the other way round.
      bytes.toString('latin1'),
      new TextDecoder('windows-1252').decode(bytes),
      Buffer.from(text, 'latin1').toString(),
      encodeURIComponent(text),
      json,
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

/** The characters of Base64 that are the value's alone, where that many bytes stand before it in its group of three. */
function base64Within(bytes: Buffer, before: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const own = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Hides each run that the text shares with a guise, both folded. Costs what text and guises are long, not their product. */
function hideRuns(shown: FoldedText, sought: readonly Guise[], hide: (from: number, to: number) => void): void {
  const characters = charactersOf(shown);
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
  for (const { text: guise, run } of sought) {
    for (let at = 0; at + run <= guise.length; at += 1) {
      const key = guise.slice(at, at + run);
      for (const start of placesByRun.get(key) ?? []) runs.push(placeOf(shown, start, start + run));
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

/** A value of one to three characters, white space aside, such as a PIN, where it is a word. */
function hideShortWords(text: string, values: readonly string[], hide: (from: number, to: number) => void): void {
  const short = values.map(withoutSpace).filter(({ length }) => length > 0 && length < RUN);
  if (short.length === 0) return;
  const shown = folded(text, spaced);
  for (const value of short) {
    const word = [...value].map((character) => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')).join('\\s*');
    const whole = new RegExp(`(?<!${besideWord(value, value[0])})${word}(?!${besideWord(value, value.at(-1))})`, 'gu');
    for (const { 0: found, index } of charactersOf(shown).matchAll(whole)) {
      hide(...placeOf(shown, index, index + found.length));
    }
  }
}

/** A pattern of what makes a longer word of a value, beside its first or last character. */
function besideWord(value: string, edge = ''): string {
  if (/[\p{L}\p{N}_]/u.test(edge)) return '[\\p{L}\\p{N}_]';
  return /[\p{L}\p{N}_]/u.test(value) ? '[]' : '[^\\s\\p{L}\\p{N}_]';
}

type Fold = (text: string) => string;

/** Small letters without accents, which can be characters of their own. */
function spaced(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{Cf}\p{M}]/gu, '')
    .replaceAll('ς', 'σ');
}

function withoutSpace(text: string): string {
  return spaced(text).replace(/[\s\p{Z}\p{Cc}]/gu, '');
}

function lettersOnly(text: string): string {
  return spaced(text).replace(/[^\p{L}\p{N}]/gu, '');
}

/** The characters that count, and from where to where each stands in the text. */
type FoldedText = readonly { readonly character: string; readonly from: number; readonly to: number }[];

function folded(text: string, fold: Fold): FoldedText {
  let to = 0;
  return [...text].flatMap((whole) => {
    const from = to;
    to += whole.length;
    return fold(whole)
      .split('')
      .map((character) => ({ character, from, to }));
  });
}

function charactersOf(shown: FoldedText): string {
  return shown.map(({ character }) => character).join('');
}

/** From the first of these characters to the last, in the text. */
function placeOf(shown: FoldedText, start: number, end: number): Run {
  return [shown[start]?.from ?? 0, shown[end - 1]?.to ?? 0];
}

/** Each second character, where signs stand between them; letters and digits there part the runs. */
function everyOther(shown: FoldedText, first: number): FoldedText {
  let end = 0;
  return [...charactersOf(shown)].flatMap((character, index) => {
    const start = end;
    end += character.length;
    const places = shown.slice(start, end);
    if (index % 2 === first) return places;
    return /[\p{L}\p{N}]/u.test(character) ? places.map((place) => ({ ...place, character: '\0' })) : [];
  });
}

/** Where codes and sentences of the profile stand: they would be hidden of a user `client_user` otherwise. */
function placesOf(text: string, codes: readonly string[]): readonly Run[] {
  const known = codes
    .filter((code) => code !== '')
    .map((code) => code.replace(/[^\w\s]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .sort((one, other) => other.length - one.length);
  if (known.length === 0) return [];
  const listed = new RegExp(`(?<![\\w])(?:${known.join('|')})(?![\\w])`, 'gi');
  return [...text.matchAll(listed)].map(({ 0: word, index }) => [index, index + word.length]);
}

function masked(text: string, hidden: readonly boolean[]): string {
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    if (hidden[at] !== true) shown += text.charAt(at);
    else if (hidden[at - 1] !== true) shown += HIDDEN;
  }
  return shown;
}
