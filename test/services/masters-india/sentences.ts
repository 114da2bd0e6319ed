import fc from 'fast-check';

/*
 * Sentences as services write them, in both directions. The word lists were thought up from memory, before the table of
 * refusals was written: a table proves nothing against sentences that were made from it.
 */

const pick = (...words: readonly string[]) => fc.constantFrom(...words);

/** Puts one choice for each `{name}` in the place of it. */
function fill(templates: readonly string[], words: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<string> {
  return fc.constantFrom(...templates).chain((template) => {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    return fc.tuple(...names.map((name) => pick(...(words[name] ?? [])))).map((chosen) => {
      let next = 0;
      return template.replace(/\{\w+\}/g, () => chosen[next++] ?? '');
    });
  });
}

const SYSTEM = [
  'server',
  'database',
  'session',
  'connection',
  'gateway',
  'database connection',
  'authentication server',
  'login server',
  'LDAP server',
  'user database',
  'session store',
  'API gateway',
  'payment gateway',
  'database server',
  'HTTP connection',
  'user session',
  'client session',
  'client connection',
  'connection pool',
  'directory server',
  'mail server',
  'password server',
  'account database',
  'token server',
];

const PERSONAL = [
  'user',
  'username',
  'password',
  'login',
  'account',
  'client',
  'credentials',
  'user account',
  'client secret',
  'user name or password',
  'authentication',
];

const BAD = [
  'invalid',
  'incorrect',
  'wrong',
  'failed',
  'rejected',
  'not found',
  'locked',
  'denied',
  'expired',
  'unknown',
  'disabled',
  'refused',
  'mismatch',
  'not valid',
  'blocked',
];

const DOES = [
  'create',
  'open',
  'load',
  'verify',
  'validate',
  'look up',
  'authenticate',
  'store',
  'read',
  'update',
  'connect',
  'contact',
  'check',
];

const TECHNICAL = [
  'technical error',
  'technical issue',
  'technical problem',
  'technical difficulties',
  'time-out',
  'timeout',
  'connection timeout',
  'session timeout',
  'gateway timeout',
  'bad gateway',
  'connection reset',
  'connection refused',
  'database deadlock',
  'internal server error',
  'server overload',
  'lost connection',
  'database outage',
  'session expired',
  'server restart',
];

const JOIN = [': ', ', ', '; ', ' - ', ' because of a ', ' due to a ', ' (', '. ', ' after a ', ', reason: '];

/** Sentences that speak of the service's own trouble: a server, connection, database, session, gateway, time-out or technical error. */
export const TROUBLES: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      fill(
        [
          'Failed to {does} {personal} in {system}',
          'Unable to {does} {personal}: {system} {bad}',
          'Could not {does} {personal}, {technical}',
          '{Personal} {bad}{join}{technical}',
          '{Personal} {bad}{join}{system} {bad}',
          '{Technical}{join}{personal} {bad}',
          '{System} {bad}{join}{personal} {bad}',
          '{Bad} {personal} {system}',
          '{Bad} {system} for {personal}',
          '{Bad} response from {system} while checking {personal}',
          'The {system} says {personal} {bad}',
          'The {personal} for the {system} is {bad}',
          'The {system} {personal} is {bad}',
          '{System} error: {bad} {personal}',
          'Error communicating with {system}: {bad} {personal}',
          'Access denied by {system}',
          'Access denied: {technical}',
          'Login failed: {technical}',
          'Authentication failed: {system} did not answer',
          'invalid credentials for the {system}',
          '{Personal} {bad} on {system}',
          'Account locked by another {system}',
          'Invalid client {system}',
          'Invalid grant: {technical}',
          'No {personal} {system} available, {bad}',
        ],
        {
          does: DOES,
          personal: PERSONAL,
          Personal: PERSONAL.map(capital),
          system: SYSTEM,
          System: SYSTEM.map(capital),
          bad: BAD,
          Bad: BAD.map(capital),
          technical: TECHNICAL,
          Technical: TECHNICAL.map(capital),
          join: JOIN,
        },
      ),
    ),
    pick('', '.', '!', '. Please try again.', '. Try again later.', ' (code 17)', '. Contact the administrator.'),
    pick('as it is', 'upper', 'lower'),
  )
  .map(([sentence, end, how]) => dress(sentence + end, how));

const SUBJECT = [
  'username or password',
  'user name or password',
  'username and password',
  'user id or password',
  'username/password',
  'login or password',
  'email or password',
  'password',
  'username',
  'credentials',
  'user credentials',
  'login credentials',
  'client credentials',
  'client id',
  'client secret',
  'login',
  'account',
  'user',
];

/** Sentences with which a service says no to our credentials, and that speak of nothing else. */
export const REFUSALS: fc.Arbitrary<string> = fc
  .tuple(
    pick(
      '',
      '',
      '',
      'Error: ',
      'Login failed: ',
      'Sorry, ',
      'ERR-102: ',
      'com.acme.auth.AuthException: ',
      'Authentication failed. ',
    ),
    fc.oneof(
      fill(
        [
          '{Bad} {subject}',
          '{Bad} {subject} provided',
          '{Bad} {subject} combination',
          'You have entered an {bad} {subject}',
        ],
        {
          Bad: ['Invalid', 'Incorrect', 'Wrong', 'Bad', 'Unknown'],
          bad: ['invalid', 'incorrect'],
          subject: SUBJECT,
        },
      ),
      fill(
        [
          'The {subject} {be}',
          '{Subject} {be}',
          'Your {subject} {be}',
          'The {subject} you entered {be}',
          'The supplied {subject} {be}',
        ],
        {
          subject: SUBJECT,
          Subject: SUBJECT.map(capital),
          be: [
            'is incorrect',
            'is invalid',
            'is wrong',
            'is not valid',
            'are invalid',
            'are incorrect',
            'does not match',
            'do not match our records',
            'is not correct',
            'was rejected',
            'could not be verified',
            'was not recognised',
          ],
        },
      ),
      fill(['{Who} {bar}', 'Your {who} {bar}', 'The {who} {bar}'], {
        who: ['account', 'user account', 'user', 'user id', 'login', 'client'],
        Who: ['Account', 'User account', 'User', 'User id', 'Login', 'Client'],
        bar: [
          'is locked',
          'locked',
          'has been locked',
          'has been locked out',
          'has been temporarily locked',
          'is blocked',
          'is disabled',
          'has been suspended',
          'is inactive',
          'is not active',
          'has been deactivated',
          'has expired',
          'does not exist',
          'not found',
          'was not found',
        ],
      }),
      pick(
        'Access denied',
        'Authentication failed',
        'Authentication failure',
        'Login failed',
        'Login incorrect',
        'Logon failure',
        'Not authorized',
        'Unauthorized',
        'Unauthorized client',
        'No such user',
        'User does not exist',
        'Client authentication failed',
        'Your password has expired',
        'Password expired, please change it',
        'Too many failed login attempts',
        'Maximum number of failed login attempts exceeded',
        'Invalid grant',
        'invalid_grant',
        'InvalidGrant',
        'INVALID-CLIENT',
        'INVALID_LOGIN_CREDENTIALS',
      ),
    ),
    pick(
      '',
      '',
      '.',
      '!',
      '. Please try again.',
      '. Please contact support.',
      '. Please check and retry',
      ' (code 17)',
    ),
    pick('as it is', 'as it is', 'upper', 'lower'),
  )
  .map(([before, sentence, end, how]) => dress(before + sentence + end, how));

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function dress(sentence: string, how: string): string {
  if (how === 'upper') return sentence.toUpperCase();
  return how === 'lower' ? sentence.toLowerCase() : sentence;
}
