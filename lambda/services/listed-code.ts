import type { ServiceCodes } from './profile.ts';

/** A code or sentence of the profile that stands in an answer. */
export interface ListedCode {
  readonly meaning: keyof ServiceCodes;
  readonly code: string;
}

/** One text of an answer. */
export interface AnswerText {
  readonly text: string;
  /** Whether the text stands where services put codes: only there may one without a letter stand (`-4`). */
  readonly isCodePlace: boolean;
}

const MEANINGS = ['credentials', 'request', 'unavailable'] as const;

/**
 * The listed code that the texts hold as whole words. Of several the longest; of equally long ones `credentials`, then
 * `request`, then `unavailable`.
 */
export function listedCode(texts: readonly AnswerText[], codes: ServiceCodes): ListedCode | undefined {
  return longest(texts, codes, ({ length }) => length > 0);
}

/**
 * The listed code that stands where the token should: the text begins with it, holds it and a blank, or is one without a
 * letter. Elsewhere in what could be a token a code of two letters stands by chance, but none such as `invalid_grant`.
 */
export function codeInTokenPlace(text: string, codes: ServiceCodes): ListedCode | undefined {
  const isSentence = oneSpace(text).includes(' ');
  return longest([{ text, isCodePlace: true }], codes, (places, code) =>
    isSentence || /^\w*[a-z]_\w{4,}$/i.test(code) ? places.length > 0 : places.includes(0),
  );
}

/** The meaning of `''`, an empty token and nothing else, where it is listed. */
export function emptyTokenCode(codes: ServiceCodes): ListedCode | undefined {
  const meaning = MEANINGS.find((each) => codes[each]?.includes(''));
  return meaning && { meaning, code: '' };
}

/** @param isIn by the places at which a code stands in a text */
function longest(
  texts: readonly AnswerText[],
  codes: ServiceCodes,
  isIn: (places: readonly number[], code: string) => boolean,
): ListedCode | undefined {
  const folded = texts.map(({ text, isCodePlace }) => ({ text: oneSpace(text), isCodePlace }));
  let found: ListedCode | undefined;
  for (const meaning of MEANINGS) {
    for (const code of codes[meaning] ?? []) {
      if (code.length <= (found?.code.length ?? 0)) continue;
      if (folded.some((text) => isIn(placesOf(text, oneSpace(code)), code))) found = { meaning, code };
    }
  }
  return found;
}

/** Where the code stands in the text. Numbers are everywhere, in dates, identifiers and amounts: they count as a whole text only. */
function placesOf({ text, isCodePlace }: AnswerText, code: string): readonly number[] {
  if (!/[A-Za-z]/.test(code)) return isCodePlace && text === code ? [0] : [];
  // An entry with a blank is a sentence, whose case does not count.
  const [within, sought] = code.includes(' ') ? [text.toLowerCase(), code.toLowerCase()] : [text, code];
  const places: number[] = [];
  for (let at = within.indexOf(sought); at >= 0; at = within.indexOf(sought, at + 1)) {
    if (!isWordCharacter(within.charAt(at - 1)) && !isWordCharacter(within.charAt(at + sought.length))) places.push(at);
  }
  return places;
}

function isWordCharacter(character: string): boolean {
  return /^[A-Za-z0-9_]$/.test(character);
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
