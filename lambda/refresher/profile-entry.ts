/** Fewer words are what databases and directories say of their own trouble, too. */
const MIN_WORDS = 3;
/** Characters of a sentence that no other one begins with. */
const LONG_ENOUGH = 80;
const MAX_WORD = 40;

/**
 * The very entry by which a profile takes what the service said for a refusal of the credentials, ready to be pasted.
 * @param redacted a line for each text of the service, its secrets taken out
 * @returns undefined where nothing in it would be found again, and in nothing else
 */
export function profileEntry(redacted: string): string | undefined {
  const lines = redacted.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  const [entry] = lines.map(entryOf).filter((found) => found !== undefined);
  return entry && `"codes": { "credentials": [${JSON.stringify(entry)}] }`;
}

/**
 * A code as it stands; of a sentence the longest run of words that hold no number, no letter beyond ASCII and nothing hidden.
 * What is left of a sentence that is cut is found again as well.
 */
function entryOf(text: string): string | undefined {
  if (/^[\x21-\x7e]{2,60}$/.test(text)) return text;
  let run: readonly string[] = [];
  let longest = '';
  for (const word of text.split(' ')) {
    run = isPlain(word) ? [...run, word] : [];
    const sentence = run.join(' ').replace(/^[^A-Za-z]+|[^A-Za-z]+$/g, '');
    if (run.length >= MIN_WORDS && sentence.length > longest.length) longest = sentence;
    if (longest.length > LONG_ENOUGH) break;
  }
  return longest === '' ? undefined : longest;
}

function isPlain(word: string): boolean {
  return word.length < MAX_WORD && /^[\x21-\x7e]+$/.test(word) && !/\d/.test(word);
}
