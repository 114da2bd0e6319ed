import type { RefusalReason } from '../token-result.ts';

const CREDENTIALS = 'invalid_grant invalid_client unauthorized_client access_denied'.split(' ');
/** Sent by other services in the place of `invalid_grant`. */
const ALIASES = 'invalid_credentials invalid_login_credentials user_not_found account_locked'.split(' ');
const REQUEST = 'invalid_request unsupported_grant_type invalid_scope'.split(' ');
const UNAVAILABLE = 'server_error temporarily_unavailable'.split(' ');
/** OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2), and the aliases. */
export const CODES: readonly string[] = [...CREDENTIALS, ...ALIASES, ...REQUEST, ...UNAVAILABLE];

/**
 * What the texts of an answer say, codes first. What is written in words, "Access denied" too, counts only if no text speaks
 * of the service's own trouble: prose can be misread, and a passing trouble read as a refusal would stop the schedule.
 */
export function readReason(texts: readonly string[]): RefusalReason | undefined {
  const messages = texts.map(message);
  const words = messages.map(wordsOf);
  const stated =
    firstOf(messages, (text) => (text.includes(' ') ? undefined : codeOf(text))) ??
    firstOf(messages, codeOfException) ??
    firstOf(messages, statedCode);
  if (stated !== undefined) return byCode(stated);
  if (!words.some((text) => TROUBLE.test(text))) {
    const code = firstOf(messages, (text) => codeOf(text) ?? codeWithin(text));
    if (code !== undefined) return byCode(code);
    const sentence = firstOf(words, (text) => SENTENCES.find(([, pattern]) => pattern.test(text))?.[0]);
    if (sentence !== undefined) return { meaning: 'credentials', reason: sentence, by: 'sentence' };
  }
  return words.some((text) => PASSING.test(text)) ? byCode('temporarily_unavailable') : undefined;
}

/** The code that the text is, however it is spelled: `Invalid Grant`, `invalidGrant`, `InvalidCredentialsException`. */
export function codeOf(text: string): string | undefined {
  const start = text.slice(0, 1000).toLowerCase();
  const letters = start.replace(/[^a-z]/g, '');
  return BY_LETTERS.get(letters) ?? BY_LETTERS.get(letters.replace(/(?:exception|error|fault)$/, ''));
}

/** Whether a text of any shape, in English or not, may be a refusal. Wide: what it takes for one is only not sent a second time at once. */
export function mayRefuse(text: string): boolean {
  return MAY_REFUSE.test(wordsOf(text));
}

const NO = "(?:not|n't|invalid|incorrect|wrong|unknown|bad|lock|block|disab|suspend|activ|expired|reject|mismatch)";
/** Greek and Cyrillic to Korean: nobody here reads what it says. */
const OTHER_SCRIPT = '[\u0370-\u1fff\u2c00-\ud7ff]';
const MAY_REFUSE = new RegExp(
  `grant|credential|passw|pwd|secret|\\bauth\\b|attempts\\b|locked|contrase|clave|usuario|kennwort|benutzer|mot de passe|utilisateur|senha|${OTHER_SCRIPT}|access (?:is )?denied|authori[sz]ed|authenticat|log ?[io]n|sign ?in|account|(?:user|client).{0,30}${NO}|(?:${NO}|no such).{0,20} (?:user|client)`,
);

const BY_LETTERS = new Map(CODES.map((code) => [code.replaceAll('_', ''), code]));
const CODE = `(${CODES.join('|')})(?![a-z0-9_])`;
/** In front, or behind names such as Java's of the exception, with a sign behind it; or quoted, as in JSON. */
const CODE_STATED = new RegExp(`^((?:[\\w.$-]+[:=]\\s*)*)"?${CODE}(?= ?(?:$|[^\\w\\s]))|["'>]${CODE}(?=["'<])`);
// "Access denied" in a sentence tells nothing: it may be a file's, or a database's.
const SPOKEN = CODES.filter((code) => code !== 'access_denied').map((code) => code.replaceAll('_', ' '));
/** Not where the sentence is about the code's own name: "constant INVALID_CREDENTIALS", "cannot write invalid_grant to the log". */
const CODE_WITHIN = new RegExp(
  `(?:^|[^\\w\\s] ?|\\b(?:with|error|code|reason|status|fault) )(?:${CODE}|(${SPOKEN.join('|')})(?= ?(?:$|[^\\w\\s])))`,
);

function statedCode(text: string): string | undefined {
  const [, before = '', first, quoted] = CODE_STATED.exec(text.toLowerCase()) ?? [];
  return TROUBLE.test(wordsOf(before)) ? undefined : (first ?? quoted);
}

function codeWithin(text: string): string | undefined {
  const [, code, spoken] = CODE_WITHIN.exec(text.toLowerCase()) ?? [];
  return code ?? spoken?.replaceAll(' ', '_');
}

/** As Java puts it in front: `com.acme.InvalidCredentialsException: …`. AccessDeniedException is a file's, too. */
function codeOfException(text: string): string | undefined {
  const code = codeOf(/^[\w.$]*?(\w+):/.exec(text)?.[1] ?? '');
  return code === 'access_denied' ? undefined : code;
}

const OF = '(?:(?:user|login|client|account|api) )?';
const WHAT = `${OF}(?:user ?names?|user ?ids?|users?|log ?[io]ns?(?: attempt| details| information)?|accounts?|clients?|client ids?|login ids?|secrets?|pass(?:word|wd)s?|credentials?)`;
const AND = ' ?(?:/|,|&|or|and(?:/or)?) ?(?:(?:an?|the|your|invalid|incorrect|wrong|bad) )?';
const WHICH = `(?:e ?mail(?: address)?${AND})?${WHAT}(?:${AND}${WHAT})*(?: combination| pair)?`;
const GIVEN = '(?: (?:that )?(?:you )?(?:was |were |have )?(?:provided|supplied|specified|given|entered))?';
const BE = '(?: (?:is|are|was|were|has|have))?(?: been)?';
const NOT_VALID =
  "(?:invalid|incorrect|wrong|unknown|rejected|expired|mismatch|not (?:valid|correct|recogni[sz]ed|accepted|found|registered)|could not be verified|d(?:o|oes|id)(?: not|n't) (?:match|exist)(?: our records)?)";
const BARRED = '(?:locked(?: out)?|blocked|disabled|suspended|deactivated|inactive|not active)';
const START =
  '(?:^(?:401 )?|[^\\w\\s] ?)(?:(?:sorry|but|error|either|the|your|this|referenced|supplied|provided|given|specified|entered) )*';
const END =
  '(?= ?(?:$|[^\\w\\s\'"]|["\'] ?(?:$|[,}\\]])|please\\b|for (?:user|client|account|\\d)|(?:due|because|until|since|after|and m(?:ust|ay not))\\b))';
const FAILED =
  '(?:(?:user |client )?(?:login|log ?on|authentication) (?:failed|failure|incorrect|denied)|access (?:is )?denied|(?:un|not )authori[sz]ed(?: access| user)?)';

/** Few, and in each the words stand together: three words apart, they speak of something else. */
const SENTENCES = Object.entries({
  'wrong credentials': `(?:^|[^\\w\\s] ?|\\b(?:an?|to|with) )(?:invalid|incorrect|wrong|bad|unknown|expired) ${WHICH}${GIVEN}${END}|${START}${WHICH}${GIVEN}${BE} ${NOT_VALID}${END}|${START}no such ${WHAT}${END}`,
  'account barred': `${START}${OF}(?:account|user|user ?id|user ?name|client)${BE}(?: temporarily| permanently| currently)? ${BARRED}${END}`,
  'too many failed logins':
    '\\b(?:too many|number of|maximum) (?:failed |invalid |incorrect )?(?:logins?|log ?on|sign ?in|password|authentication) attempts\\b|\\btoo many failed logins\\b',
  // This says so little that it counts only where nothing else is said.
  'login failed': `^(?:[\\w.$]+(?: \\d+)?[:,] )?(?:${FAILED}[.!:]* ?)+(?:please (?:try again|check|retry|contact)[^.]*[.!]?|\\(code \\w+\\))?$`,
  'refused by the OAuth library':
    '^(?:unable to retrieve user information|client credentials were not found in the headers or body|this client is invalid or must authenticate using a client secret|the grant type is unauthorized for this client id)[.!]?$',
}).map(([name, pattern]) => [name, new RegExp(pattern)] as const);

/** Words of the service's own trouble. What is beside them is not about our credentials. */
const TROUBLE =
  /server|data ?base|session|connect|gateway|tim(?:e|ed|ing) ?out|technical|\bhosts?\b|\bnodes?\b|\bpool|cache|network|socket|upstream|back ?end|proxy|sql|\bora \d|jdbc|ldap|smtp|\bssl\b|\btls\b|certificate|\bcurl\b|\bdns\b|\b5\d\d\b|queue|thread|dead ?lock|\bcolumn|\btables?\b|internal|unexpected|outage|maintenance|unavailable|overload|using password|\w\(\)|ftp\b|imap|\.mail\.|mongo|redis|kafka|sasl|radius|\bpam\b|win ?32|key ?store|pkcs|decrypt|recover key|mac verify|licen[cs]e|quota|(?:login|access|authentication) (?:failed|denied) for user ['"]|supports expired|\bip\b/;
/** Trouble that heals by itself. */
const PASSING =
  /temporar|\btry (?:it )?(?:again|later)\b|unavailable|maintenance|\btim(?:e|ed|ing) ?out|overload|\btoo many\b|\brate limit|\bbusy\b|data ?base|sql|using password|\bora \d|internal (?:server )?error|technical|connection|gateway/;

/** A stack puts its own words around the service's: .NET a sentence in front, Java and .NET the stack trace behind. */
function message(text: string): string {
  const own = text.slice(0, 1000).replace(/\n\s+at .*/s, '');
  const said = own.replace(/\bserver was unable to (?:process|read) request\.?(?:\s*--->)?/i, '');
  // The names of addresses and files tell nothing, such as `invalid_client.inc`.
  return said.replace(/\b(?:(?:https?|urn):[^\s,;)}]+|\w+_\w+\.[a-z]{2,4}\b(?!\.))/g, '').trim();
}

/** In small letters, and in words, however they are joined: `UserNotFound`, `user_not_found`, `user-not-found`. */
function wordsOf(text: string): string {
  const apart = text.replace(/([a-z])(?=[A-Z])/g, '$1 ').replace(/(?<=\w)[-_]+(?=\w)/g, ' ');
  return apart.toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ').trim();
}

function byCode(code: string): RefusalReason {
  const isRequest = REQUEST.includes(code);
  const meaning = UNAVAILABLE.includes(code) ? 'unavailable' : isRequest ? 'request' : 'credentials';
  return { meaning, reason: code, by: 'code' };
}

function firstOf(texts: readonly string[], read: (text: string) => string | undefined): string | undefined {
  return texts.map(read).find((found) => found !== undefined);
}
