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
const CODE_FIRST = new RegExp(`^\\s*(?:error\\s*[:=]\\s*)?${CODE}`);

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
  const words = start(text);
  return reasonOf(PROSE.find(([pattern]) => pattern.test(words))?.[1]);
}

const WHO = '(?:users?|user ?names?|user ?ids?|logins?|passwords?|credentials?|accounts?|authentication)';
const REJECTED =
  '(?:invalid|incorrect|wrong|unknown|bad|expired|inactive|not (?:be )?found|(?:not|no) match|not valid|failed|failure)';
const BARRED = '(?:locked|blocked|disabled|suspended)';

/**
 * The first that matches holds. The order is that of the harm a wrong guess would do: to keep asking for a barred
 * account prolongs the bar, and a passing fault taken for a refusal would stop the schedule from asking.
 */
const PROSE: readonly (readonly [RegExp, OAuthErrorCode])[] = [
  [
    RegExp(`\\b(?:users?|accounts?|logins?)\\b.*\\b${BARRED}\\b|\\b${BARRED}\\b.*\\b(?:users?|accounts?|logins?)\\b`),
    'invalid_grant',
  ],
  [
    /\btemporar|\btry (?:it )?(?:again|later)\b|\bunavailable\b|\bmaintenance\b|\btimed? ?-?out\b|\boverload|\btoo many\b/,
    'temporarily_unavailable',
  ],
  [/\bdatabase\b|\bsql|\binternal (?:server )?error\b/, 'server_error'],
  [/\bscope\b/, 'invalid_scope'],
  [/\bgrant[ _]?type\b.*\b(?:not supported|unsupported)\b|\bunsupported grant/, 'unsupported_grant_type'],
  [/\bmissing\b|\brequired\b|\bnot specified\b|\bnot be empty\b/, 'invalid_request'],
  [RegExp(`\\bclient\\b.*\\b${REJECTED}\\b|\\b${REJECTED}\\b.*\\bclient\\b`), 'invalid_client'],
  [RegExp(`\\b${WHO}\\b.*\\b${REJECTED}\\b|\\b${REJECTED}\\b.*\\b${WHO}\\b`), 'invalid_grant'],
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
