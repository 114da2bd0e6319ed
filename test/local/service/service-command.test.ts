import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from '../../../cli/command-line.ts';
import { dpd, mastersIndia } from '../../../lambda/services/profiles.ts';
import { check, SERVICE } from '../../../local/service/check-command.ts';
import { fault11, soap11 } from '../../services/answers.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const { file } = temporaryFolder();

/** As the command does it, in this process. */
function run(...args: readonly string[]): { status: number; stdout: string; stderr: string } {
  try {
    const { values, positionals } = parseCommandLine(SERVICE, args);
    const { lines, isUsable } = check(positionals, values.at);
    return { status: isUsable ? 0 : 1, stdout: `${lines.join('\n')}\n`, stderr: '' };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { status: 2, stdout: '', stderr: `${SERVICE.name}: ${error.message}\n` };
  }
}

describe('npm run service -- check', () => {
  it('says what would be sent, with the names of the fields for their values', () => {
    const { status, stdout } = run('check', 'finanzonline');

    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^The secret must hold, as JSON:\n {2}{"tid":"...","benid":"...","pin":"...","herstellerid":"..."}\n/,
    );
    expect(stdout).toContain('SOAPAction: "login"');
    expect(stdout).toContain('<s:pin>[pin]</s:pin>');
  });

  const atItsEnd =
    /at its end, so that readers have no token for up to 1 minute.*\n.*one login a day; the service allows 10/;
  const daily =
    /lives 7 days.*renewed 1 day after its login.*15 minutes\.\n.* one login a day; the profile names no rat/;
  const usual = /lives 4 hours.*renewed 2 hours after its login.*every 15 minutes\.\nThat is 12 logins a day/;
  it.each<[profile: string, timing: object | undefined, said: RegExp]>([
    ['dpd', undefined, atItsEnd],
    ['sabre', undefined, daily],
    ['defaults', {}, usual],
    ['tight', { tokenLifetime: '20 minutes' }, /Refused at synth: one failed check/],
    ['just right', { tokenLifetime: '1 hour', loginsPerDay: 50 }, /^(?!.*Refused).* 48 logins a day; the .* 50/s],
    ['greedy', { loginsPerDay: 13 }, /12 logins a day; the service allows 13.*\nRefused at synth: two logins/],
  ])('says what the timing of %s comes to', (name, timing, said) => {
    const profile = timing === undefined ? name : file(`${name}.json`, JSON.stringify({ ...dpd, timing }));

    expect(run('check', profile).stdout).toMatch(said);
  });

  it('judges a body at a given instant, and never shows the token', () => {
    const { stdout } = run('check', 'dpd', 'test/services/dpd/success.xml', '--at', '2020-05-07T14:00:00Z');

    expect(stdout).toContain(
      'success.xml (HTTP 200): token\n  a token of 61 characters, until 2020-05-08T13:02:56.060Z',
    );
    expect(stdout).not.toMatch(/EXAMPLEb14ONLY|where tokenLifetime is/);
  });

  const part = `--b\nContent-Transfer-Encoding: base64\n\n${btoa(fault11('Client', 'USG_AUTHENTICATION_FAILED'))}\n--b--`;
  const http = `HTTP/1.1 401 Unauthorized\nServer: x\ncontent-type: multipart/related; boundary=b\n\n${part}`;
  const [unix, dos] = [file('unix.response.http', http), file('dos.response.http', http.replaceAll('\n', '\r\n'))];
  const two = [file('a.xml', fault11('Client')), file('b.xml', fault11('Server'))];
  it.each([
    ['an end that has passed', 'dpd', ['test/services/dpd/success.xml'], /success\.xml \(HTTP 200\): REPLY_MALFORMED/],
    ['status and headers', 'sabre', [unix], /unix\.response\.http \(HTTP 401\): CREDENTIALS_REFUSED/],
    ['line ends of HTTP', 'sabre', [dos], /dos\.response\.http \(HTTP 401\): CREDENTIALS_REFUSED/],
    ['two of them', 'sabre', two, /a\.xml \(HTTP 200\): REQUEST_REFUSED.*b\.xml \(HTTP 200\): ENDPOINT_UNAVAILABLE/s],
  ])('judges answers in files: %s', (_, profile, answers, verdicts) => {
    expect(run('check', profile, ...answers).stdout).toMatch(verdicts);
  });

  it('says what a profile misleads about: no place for codes, a path that leads nowhere, a lifetime that does not fit', () => {
    const acme = {
      request: soap11('<a:logIn xmlns:a="urn:a"><user>{{username}}</user></a:logIn>'),
      answer: 'logInResponse',
      token: 'session/sessionId',
      expiresIn: 'session/seconds',
      codes: { credentials: ['AUTH_FAILED'] },
    };
    const answer = (name: string) => {
      const session = `<${name}>0123456789</${name}><seconds>3600</seconds>`;
      return file(`${name}.xml`, soap11(`<logInResponse><session>${session}</session></logInResponse>`));
    };
    const profile = file('misleading.json', JSON.stringify(acme));
    const { stdout } = run('check', profile, answer('sessionID'), answer('sessionId'));

    expect(stdout).toMatch(/Look at:\n.*no `code` is named: .* in faults, in the other texts .* token's place/);
    expect(stdout).toContain(
      'token: session/sessionId leads nowhere, session has no sessionId; did you mean sessionID?\n',
    );
    expect(stdout).toMatch(
      /sessionId\.xml \(HTTP 200\): token\n.*\n.*lives 1 h, where tokenLifetime is 4 h: 48 logins a day, not 12; TokenExpiring.*for ever/,
    );
    expect(stdout).toContain('Set timing.tokenLifetime to "1 hour"');
  });

  it('names every fault of a profile in a file, and fails', () => {
    const profile = file('acme.service.json', JSON.stringify({ request: '<a/>', answer: 'r', tokn: 't', codes: {} }));
    const { status, stdout } = run('check', profile);

    expect(status).toBe(1);
    expect(stdout).toContain('The profile has 3 faults:');
    expect(stdout).toContain('- tokn: there is no such key; did you mean token?');
    expect(stdout).toContain('- token: set it');
    expect(stdout).toContain('- request: ');
  });

  it('prints a profile of ours as JSON, from which one of your own begins', () => {
    const { status, stdout } = run('print', 'mastersIndia');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(mastersIndia);
    expect(run('check', file('own.json', stdout)).stdout).toContain('The secret must hold');
    expect(run('print', file('empty.json', '{}'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('faults'),
    });
  });

  it.each<[string, readonly string[], string]>([
    ['no command', [], 'Write: npm run service -- check PROFILE'],
    ['another command', ['chekc', 'dpd'], 'Did you mean check?'],
    ['a profile in the place of the command', ['dpd'], 'Did you mean check dpd?'],
    ['no profile', ['check'], 'check needs a profile'],
    ['another profile', ['check', 'dp'], 'did you mean dpd?'],
    ['a file that is no JSON', ['check', 'README.md'], 'README.md: '],
    ['an answer that is not there', ['check', 'dpd', 'nowhere.xml'], 'nowhere.xml cannot be read'],
    ['an answer without a status line', ['check', 'dpd', file('b.response.http', '<a/>')], 'HTTP/1.1 200 OK'],
    ['an instant that is none', ['check', 'dpd', '--at', 'noon'], 'write it as 2026-01-31T12:00:00Z'],
  ])('says of %s in one line what to write', (_, args, advice) => {
    const { status, stderr } = run(...args);

    expect(status).toBe(2);
    expect(stderr).toMatch(/^npm run service: [^\n]+\n$/);
    expect(stderr).toContain(advice);
  });

  it.each([
    [['--help'], 0, /docs\/services\.md/, /^$/],
    [['check', 'dpd'], 0, /The secret must hold/, /^$/],
    [['check', file('empty.json', '{}')], 1, /The profile has 4 faults/, /^$/],
    [['check', 'nowhere.json'], 2, /^$/, /^npm run service: nowhere\.json: [^\n]+\n$/],
  ])('is a command of its own: %j', (args, code, out, err) => {
    const command = ['local/service/service-command.ts', ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });

    expect(status).toBe(code);
    expect(stdout).toMatch(out);
    expect(stderr).toMatch(err);
  });
});
