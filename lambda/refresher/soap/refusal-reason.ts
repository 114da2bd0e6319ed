/**
 * The error codes of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2), by what they mean for the refresher:
 * `credentials` does not heal by asking again, `request` is for a developer, `unavailable` heals by itself.
 */
const MEANING = {
  invalid_grant: 'credentials',
  invalid_client: 'credentials',
  unauthorized_client: 'credentials',
  access_denied: 'credentials',
  invalid_request: 'request',
  unsupported_grant_type: 'request',
  invalid_scope: 'request',
  server_error: 'unavailable',
  temporarily_unavailable: 'unavailable',
} as const;

export type OAuthErrorCode = keyof typeof MEANING;

export interface RefusalReason {
  readonly meaning: (typeof MEANING)[OAuthErrorCode];
  readonly code: OAuthErrorCode;
}

const CODE = `(${Object.keys(MEANING).join('|')})(?![a-z0-9_])`;
const CODE_ANYWHERE = new RegExp(`(?<![a-z0-9_])${CODE}`);
/** .NET puts `… ---> ` before the service's own words, Java the exception's name, SOAP 1.2 a prefix. */
const CODE_FIRST = new RegExp(`^\\s*(?:[^]*--->\\s*)?(?:[\\w.$-]+:\\s*)*(?:error\\s*[:=]\\s*)?"?${CODE}`);

/** The OAuth error code that the text names, wherever it stands. */
export function readCode(text: string): RefusalReason | undefined {
  return reasonOf(CODE_ANYWHERE.exec(start(text))?.[1]);
}

/** The OAuth error code that the text starts with: in a stack trace, one further on need not be about us. */
export function readLeadingCode(text: string): RefusalReason | undefined {
  return reasonOf(CODE_FIRST.exec(start(text))?.[1]);
}

/** The code that the prose stands for which many servers send in place of one. */
export function readProse(text: string): RefusalReason | undefined {
  const words = start(text.replace(/([a-z])(?=[A-Z])/g, '$1 '));
  return reasonOf(PROSE.find(([pattern]) => pattern.test(words))?.[1]);
}

/** What the first text says that says anything. */
export function firstReason(
  texts: readonly string[],
  read: (text: string) => RefusalReason | undefined,
): RefusalReason | undefined {
  return texts.map(read).find((reason) => reason !== undefined);
}

const CLIENT = 'client(?:[ _]?(?:credentials?|authentication|ids?|secrets?))?';
const USER = '(?:users?|user[ _]?names?|user[ _]?ids?|logins?|passwords?|credentials?|accounts?|authentication)';
const REJECTED =
  '(?:invalid|incorrect|wrong|unknown|bad|expired|inactive|not (?:be )?found|(?:not|no) match|mismatch|not exist|not valid|failed|failure)';
const BARRED = '(?:locked|blocked|disabled|suspended|deactivated|not active)';

/** Both in one sentence, in either order, three words apart at the most: further on, it speaks of something else. */
function near(one: string, other: string): RegExp {
  const gap = '(?:[^\\w.]+\\w+){0,3}?[^\\w.]+';
  return new RegExp(`\\b${one}\\b${gap}${other}\\b|\\b${other}\\b${gap}${one}\\b`);
}

/**
 * The first that matches holds. The order is that of the harm a wrong guess would do: to keep asking for a barred account
 * prolongs the bar; a passing fault or a misunderstood request, taken for a refusal, would stop the schedule from asking.
 */
const PROSE: readonly (readonly [RegExp, OAuthErrorCode])[] = [
  [/\btoo many\b.*\b(?:logins?|attempts)\b/, 'invalid_grant'],
  [
    /\btemporar|\btry (?:it )?(?:again|later)\b|\bunavailable\b|\bmaintenance\b|\btimed? ?-?out\b|\boverload/,
    'temporarily_unavailable',
  ],
  [/\btoo many\b|\brate limit|\bserver (?:is )?(?:too )?busy\b/, 'temporarily_unavailable'],
  [/\bdatabase\b|sql|\busing password\b|\bora-\d|\binternal (?:server )?error\b/, 'server_error'],
  [/\belement\b|\bschema\b|\bnamespace\b|\bdeserializ|\bsoap\b|\brecord\b/, 'invalid_request'],
  [/\bscope\b/, 'invalid_scope'],
  [/\bgrant[ _]?type\b.*\b(?:not supported|unsupported)\b|\bunsupported grant/, 'unsupported_grant_type'],
  [/\bmissing\b|\brequired\b|\bnot specified\b|\bnot be empty\b/, 'invalid_request'],
  [near('(?:users?|accounts?|logins?)', BARRED), 'invalid_grant'],
  [/\bclient version\b/, 'invalid_request'],
  [near(CLIENT, REJECTED), 'invalid_client'],
  [near(USER, REJECTED), 'invalid_grant'],
  [/\binvalid grant\b|\bno such user\b|\bunable to retrieve user\b/, 'invalid_grant'],
  [/\baccess (?:is )?denied\b|\bun-?authori[sz]ed\b|\bnot authori[sz]ed\b/, 'access_denied'],
];

/** Bounded, since some patterns take time that grows with the square of the text. */
function start(text: string): string {
  return text.slice(0, 1000).toLowerCase();
}

function reasonOf(code: string | undefined): RefusalReason | undefined {
  return isCode(code) ? { meaning: MEANING[code], code } : undefined;
}

function isCode(code: string | undefined): code is OAuthErrorCode {
  return code !== undefined && Object.hasOwn(MEANING, code);
}
