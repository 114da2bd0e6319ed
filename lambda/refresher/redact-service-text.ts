import { escapeXml } from '../soap/xml-text.ts';

const MAX_CHARACTERS = 200;
/** What is read at all: an answer may be much longer than what is told of it. */
const MAX_READ = 4000;
/** Shorter runs occur in any text. */
const RUN = 4;
const HIDDEN = '•••';

/**
 * What the service said, for the log: up to 200 characters of its own fault text or error description. Whatever in it
 * may come from a secret, in any usual encoding, or may be a token is replaced by `•••`.
 * @param secretValues what was sent and must not be told
 * @param codes of the service, which stay
 * @returns undefined where nothing is left to tell
 */
export function redactServiceText(
  serviceText: string,
  secretValues: readonly string[],
  codes: readonly string[],
): string | undefined {
  const text = serviceText.slice(0, MAX_READ);
  const hidden = new Array<boolean>(text.length).fill(false);
  const hide = (from: number, to: number) => hidden.fill(true, from, to);
  const plain = plainWords(text, codes);
  const isPlain = (from: number, to: number) => plain.some((word) => word.from <= from && to <= word.to);
  // 16 or more characters of a token with a digit among them, or 32 or more letters.
  for (const { 0: run, index } of text.matchAll(/[A-Za-z0-9+/_=.~-]{16,}/g)) {
    const couldBeToken = /\d|[A-Za-z]{32}/.test(run) && !isPlain(index, index + run.length);
    if (couldBeToken) hide(index, index + run.length);
  }
  // An escape can stand for any character of a secret, and break a run of it.
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    if (ESCAPE.test(word)) hide(index, index + word.length);
  }
  const foldedText = fold(text);
  const allGuises = new Set(secretValues.flatMap(guises));
  for (const [from, to] of [...allGuises].flatMap((guise) => runsOf(guise, foldedText))) {
    if (!isPlain(from, to)) hide(from, to);
  }
  const told = masked(text, hidden).replace(BLANKS, ' ').trim();
  return told === '' ? undefined : [...told].slice(0, MAX_CHARACTERS).join('');
}

/** In URLs, XML, HTML or JSON; by number or by name. */
const ESCAPE = /%[0-9a-f]{2}|&(?:#x?[0-9a-f]+|[a-z][a-z0-9]{1,31});|\\u[0-9a-f]{4}/i;
/** White space, and what shows nothing or breaks a log line. */
const BLANKS = /[\s\p{C}\p{Z}]+/gu;

/** The ways in which a value may come back. */
function guises(value: string): readonly string[] {
  return [value, value.toUpperCase(), value.toLowerCase()].flatMap((text) => {
    const bytes = Buffer.from(text);
    const json = JSON.stringify(text).slice(1, -1);
    return [
      text,
      ...misread(text, bytes),
      encodeURIComponent(text),
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
      json,
      json.replaceAll('/', '\\/'),
      json.replace(/[^\0-~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
      ...xmlEscapes(text),
      ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
    ];
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

function xmlEscapes(text: string): readonly string[] {
  const escaped = (pattern: RegExp, spell: (character: string) => string) => text.replace(pattern, spell);
  const code = (character: string) => character.codePointAt(0) ?? 0;
  return [
    escapeXml(text),
    escaped(/[&<>"']|[^\0-~]/gu, (character) => `&#${code(character)};`),
    escaped(/[&<>"']|[^\0-~]/gu, (character) => `&#x${code(character).toString(16)};`),
  ];
}

/** The characters of Base64 that are the value's alone, where so many bytes stand before it in its group of three. */
function base64Within(bytes: Buffer, before: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const own = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Where the text repeats four characters or more of the guise: any case, white space ignored. */
function runsOf(guise: string, { characters, places }: Folded): readonly (readonly [from: number, to: number])[] {
  const sought = fold(guise).characters;
  const known = new Set<string>();
  for (let at = 0; at + RUN <= sought.length; at += 1) known.add(sought.slice(at, at + RUN));
  const runs: [from: number, to: number][] = [];
  for (let at = 0; at + RUN <= characters.length; at += 1) {
    if (!known.has(characters.slice(at, at + RUN))) continue;
    const [from = 0, to = 0] = [places[at], (places[at + RUN - 1] ?? 0) + 1];
    const last = runs.at(-1);
    if (last !== undefined && from < last[1]) last[1] = to;
    else runs.push([from, to]);
  }
  return runs;
}

interface Folded {
  /** The characters that count, in small letters without accents, which can be characters of their own. */
  readonly characters: string;
  /** Where each stands in the text. */
  readonly places: readonly number[];
}

function fold(text: string): Folded {
  let characters = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const small = text.charAt(at).normalize('NFKD').toLowerCase();
    for (const character of small.replace(/[\s\p{Z}\p{Cc}\p{Cf}\p{M}]/gu, '')) {
      characters += character;
      places.push(at);
    }
  }
  return { characters, places };
}

/** Where words stand that every refusal is made of: they would be hidden of a user `client_user` otherwise. */
function plainWords(text: string, codes: readonly string[]): readonly { readonly from: number; readonly to: number }[] {
  const known = codes.filter((code) => code !== '').map((code) => code.replace(/[^\w\s]/g, '\\$&'));
  const plain = new RegExp(`(?<![\\w])(?:${[...known, WORDS].join('|')})(?![\\w])`, 'gi');
  return [...text.matchAll(plain)].map(({ 0: word, index }) => ({ from: index, to: index + word.length }));
}

const WORDS =
  'invalid|incorrect|wrong|unknown|expired|rejected|mismatch|valid|correct|accepted|recogni[sz]ed|found|match|exist|verified|' +
  'users?|user ?names?|names?|logins?|accounts?|clients?|secrets?|passwords?|credentials?|email|address|combination|' +
  'provided|supplied|specified|given|entered|locked|blocked|disabled|suspended|deactivated|inactive|active|temporarily|' +
  'failed|failure|attempts|many|maximum|number|authentication|(?:un)?authori[sz]ed|access|denied|log ?on|please|again|' +
  'request|server|database|session|connection|gateway|technical|error|service|unavailable|information|unable|retrieve';

function masked(text: string, hidden: readonly boolean[]): string {
  let told = '';
  for (let at = 0; at < text.length; at += 1) {
    if (hidden[at] !== true) told += text.charAt(at);
    else if (hidden[at - 1] !== true) told += HIDDEN;
  }
  return told;
}
