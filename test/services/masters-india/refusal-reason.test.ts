import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, mayRefuse, readReason } from '../../../lambda/services/masters-india/refusal-reason.ts';
import { REFUSALS, TROUBLES } from './sentences.ts';

describe('a sentence', () => {
  it('that speaks of the service’s own trouble is never a refusal of the credentials', () => {
    fc.assert(
      fc.property(TROUBLES, (sentence) => {
        expect(readReason([sentence])?.meaning).not.toBe('credentials');
        for (const words of ['Login failed', 'Access denied', 'User not found', 'Invalid credentials'])
          expect(readReason([words, sentence])?.meaning).not.toBe('credentials');
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "Sorry, we couldn't recognize your user name",
    'Too many failed attempts. Try again in 30 minutes.',
    'You have been locked out',
    '{"code":"AUTH_FAILED"}',
    'Secret mismatch',
    'Wrong pwd',
    'Falscher Benutzername',
    'Utilisateur inconnu',
    'Clave de usuario incorrecta',
    'पासवर्ड गलत है',
    '密码错误',
  ])('may refuse the credentials, and is not sent for twice: %s', (sentence) => {
    expect(mayRefuse(sentence)).toBe(true);
  });

  it.each([
    'no server is available to handle this request.',
    'upstream connect error or disconnect/reset before headers',
    'HTTP 504 – Zeitüberschreitung am Gateway',
  ])('cannot refuse them: %s', (sentence) => {
    expect(mayRefuse(sentence)).toBe(false);
  });

  it('that refuses the credentials may always be one, and is read as one nine times in ten', () => {
    const sentences = fc.sample(REFUSALS, { numRuns: 3000, seed: 1 });
    expect(sentences.filter((sentence) => !mayRefuse(sentence))).toEqual([]);
    const read = sentences.filter((sentence) => readReason([sentence])?.meaning === 'credentials');
    expect(read.length / sentences.length).toBeGreaterThan(0.9);
  });

  it.each([
    'Failed to create user session',
    'HTTP client failed to connect',
    'FATAL: password authentication failed for user "einv"',
    "Unknown column 'users.login'",
    'Invalid client certificate',
    'Invalid client version',
    'Invalid grant type',
    'Invalid user agent',
    'Unknown user "einv"',
    'The signature of the client is invalid',
    'Cache entry for user not found',
    'ORA-01017: invalid username/password; logon denied',
    'SQLSTATE[28000] [1045] Access denied',
    '[LDAP: error code 49 - Invalid Credentials]',
    'Login failed: disk full',
    'Access denied to C:\\inetpub',
    'Account locked by transaction 17',
    'Error looking up whether the password is wrong in the cache',
    'upstream: invalid_grant',
    'Database down, answered invalid_grant before',
    'Include file invalid_client.inc not found',
    'account_locked.tpl not found',
    'account_locked column missing in database',
    'Could not write invalid_grant event to log',
    'Message key invalid_grant not found in bundle',
    'Undefined constant INVALID_CREDENTIALS',
    'java.nio.file.AccessDeniedException: /var/data/users.xml',
    'AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:Decrypt',
    'Access denied for user "einv"@"10.0.0.5". Account is locked.',
    'Unauthorized client: your IP is blocked',
    "Login failed for user 'einv'. Reason: The account is disabled.",
    'Your password has expired. To log in you must change it using a client that supports expired passwords.',
    'MongoError: Authentication failed.',
    'SaslAuthenticationException: Authentication failed: Invalid username or password',
    'ftp_login(): Login incorrect.',
    'authenticate(): Invalid login',
    'javax.mail.AuthenticationFailedException: Invalid login',
    'System.ComponentModel.Win32Exception: The user name or password is incorrect',
    'Cannot recover key: wrong password',
    'PKCS12: Invalid password',
    'Clients are being upgraded; login is disabled',
    'Client is suspended because of a licence violation',
  ])('is none: %s', (sentence) => {
    expect(readReason([sentence])?.meaning).not.toBe('credentials');
  });

  it.each([
    ['AADSTS50126: Error validating credentials due to invalid username or password.', 'wrong credentials'],
    ['You have entered an invalid email address or password. Please try again.', 'wrong credentials'],
    ['The user credentials were incorrect.', 'wrong credentials'],
    ['invalid_username_or_password', 'wrong credentials'],
    ['{"status":0,"message":"Wrong password"}', 'wrong credentials'],
    ['Passwd is incorrect', 'wrong credentials'],
    ['Your account has been temporarily locked. Please try again after 30 minutes.', 'account barred'],
    ['Too many failed logins, the account is locked', 'account barred'],
    ['Too many failed login attempts', 'too many failed logins'],
    ['Logon failure: unknown user name or bad password.', 'wrong credentials'],
    ['Invalid login attempt.', 'wrong credentials'],
    ['Either the user name or password you have entered is wrong', 'wrong credentials'],
    ['The username and password did not match our records', 'wrong credentials'],
    ['401 User account is unknown', 'wrong credentials'],
    ['No such user name', 'wrong credentials'],
    ['Username and password don’t match', 'wrong credentials'],
    ['Client not registered', 'wrong credentials'],
    ['Your password has expired and must be changed.', 'wrong credentials'],
    ['Client authentication failed', 'login failed'],
    ['Login denied', 'login failed'],
    ['Unable to retrieve user information', 'refused by the OAuth library'],
  ])('refuses: %s', (sentence, reason) => {
    expect(readReason([sentence])).toEqual({ meaning: 'credentials', reason, by: 'sentence' });
  });
});

describe('a code', () => {
  it.each([
    ['Access denied', 'server_error', 'server_error'],
    ['Invalid client', 'invalid_request', 'invalid_request'],
    ['Access denied', 'Database error', 'temporarily_unavailable'],
    ['User not found', 'java.sql.SQLException: closed', 'temporarily_unavailable'],
    ['access_denied', 'Database error', 'access_denied'],
  ])('that is written as words says less than what stands beside it: %s, %s', (words, beside, reason) => {
    expect(readReason([words, beside])).toMatchObject({ reason, by: 'code' });
  });

  it.each([
    [
      'invalid_grant',
      ['invalid_grant', 'Invalid Grant', 'invalidGrant', 'INVALID-GRANT', ' "invalid_grant" ', 'invalid_grant.'],
    ],
    ['invalid_client', ['Invalid client', 'InvalidClientException', 'InvalidClient']],
    ['access_denied', ['Access Denied', 'ACCESS_DENIED', 'AccessDeniedError']],
    ['invalid_credentials', ['invalid_credentials', 'InvalidCredentialsError', 'Invalid credentials']],
    ['invalid_login_credentials', ['INVALID_LOGIN_CREDENTIALS', 'Invalid login credentials']],
    ['user_not_found', ['user_not_found', 'User not found.', 'UserNotFoundException']],
    ['account_locked', ['account_locked', 'Account locked', 'ACCOUNT LOCKED!']],
  ])('%s is read, however it is spelled', (code, spellings) => {
    for (const spelling of spellings) {
      expect([spelling, codeOf(spelling)]).toEqual([spelling, code]);
      expect(readReason([spelling])).toEqual({ meaning: 'credentials', reason: code, by: 'code' });
    }
  });

  it.each([
    ['com.acme.AuthException: invalid_grant', 'invalid_grant'],
    ['error=invalid_client&error_description=server', 'invalid_client'],
    ['{"error":"invalid_grant","error_description":"Session not active"}', 'invalid_grant'],
    ['Refused with invalid_grant by the service', 'invalid_grant'],
    ['Account locked. Try again later.', 'account_locked'],
    ['Login error - Invalid Grant (17)', 'invalid_grant'],
  ])('is read where it stands: %s', (text, reason) => {
    expect(readReason([text])).toEqual({ meaning: 'credentials', reason, by: 'code' });
  });
});
