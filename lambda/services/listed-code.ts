import type { ServiceProfile } from './profile.ts';

/** A code of the profile that stands in an answer. */
export interface ListedCode {
  readonly meaning: keyof ServiceProfile['codes'];
  readonly code: string;
}

/** One text of an answer. */
export interface SpokenText {
  readonly text: string;
  /** Whether the text stands where services put codes: only there may one without a letter stand (`-4`). */
  readonly isCodePlace: boolean;
}

const MEANINGS = ['credentials', 'request', 'unavailable'] as const;

/**
 * The listed code that the texts hold as whole words. Of several the longest; of equally long ones `credentials`, then
 * `request`, then `unavailable`.
 */
export function listedCode(texts: readonly SpokenText[], codes: ServiceProfile['codes']): ListedCode | undefined {
  const spoken = texts.map(({ text, isCodePlace }) => ({ text: oneSpace(text), isCodePlace }));
  let longest: ListedCode | undefined;
  for (const listed of listedCodes(codes)) {
    if (longest !== undefined && listed.code.length <= longest.code.length) continue;
    if (spoken.some((text) => holds(text, oneSpace(listed.code)))) longest = listed;
  }
  return longest;
}

/** The meaning of `''`, an empty token and nothing else, where it is listed. */
export function emptyTokenCode(codes: ServiceProfile['codes']): ListedCode | undefined {
  return MEANINGS.filter((meaning) => codes[meaning]?.includes('')).map((meaning) => ({ meaning, code: '' }))[0];
}

function listedCodes(codes: ServiceProfile['codes']): readonly ListedCode[] {
  return MEANINGS.flatMap((meaning) => (codes[meaning] ?? []).map((code) => ({ meaning, code }))).filter(
    ({ code }) => code !== '',
  );
}

function holds({ text, isCodePlace }: SpokenText, code: string): boolean {
  // Numbers are everywhere: in dates, in identifiers, in amounts.
  if (!/[A-Za-z]/.test(code)) return isCodePlace && text === code;
  for (let at = text.indexOf(code); at >= 0; at = text.indexOf(code, at + 1)) {
    if (!isWordCharacter(text.charAt(at - 1)) && !isWordCharacter(text.charAt(at + code.length))) return true;
  }
  return false;
}

function isWordCharacter(character: string): boolean {
  return /^[A-Za-z0-9_]$/.test(character);
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
