/** Fewer words are what databases and directories say of their own trouble, too. */
const MIN_WORDS = 3;

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

/** A code as it stands; of a sentence the longest run of words that hold no number, no letter beyond ASCII and nothing hidden. */
function entryOf(text: string): string | undefined {
  if (/^[\x21-\x7e]{2,60}$/.test(text)) return text;
  const runs = text.split(/\S*(?:[^\x20-\x7e]|\d)\S*/).map((run) => run.replace(/^\W+|\W+$/g, ''));
  const sentences = runs.filter((run) => run.split(/\s+/).length >= MIN_WORDS);
  return sentences.sort((one, other) => other.length - one.length)[0];
}
