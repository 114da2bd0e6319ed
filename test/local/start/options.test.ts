import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from '../../../cli/command-line.ts';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import { HELP, readOptions, START } from '../../../local/start/options.ts';
import { soap11 } from '../../services/answers.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function read(args: readonly string[]) {
  return readOptions(parseCommandLine(START, args).values);
}

const real = (endpoint: string) => ['--endpoint', endpoint, '--credentials', 'c.json'];
const REAL = real('https://example.test/soap');
/** Nothing of the secret stands in its request. */
const ownCertificate = { ...mastersIndia, request: soap11('<open xmlns="urn:acme"/>') };
const CERTIFICATE = ['--service', temporaryFolder().file('acme.json', JSON.stringify(ownCertificate))];

describe('the command line', () => {
  it('asks for two ticks between local services when it is empty', () => {
    expect(read([])).toEqual({
      verbose: false,
      serve: false,
      everySeconds: 900,
      lifetimeSeconds: 14_400,
      endpoint: undefined,
      service: mastersIndia,
      fault: undefined,
    });
  });

  it('makes tokens short-lived to be watched in real time, but not those of a real service, nor where the page can hurry time', () => {
    expect(read(['--serve', '--every', '2']).lifetimeSeconds).toBeLessThan(300);
    expect(read(['--serve', '--fail', '503']).lifetimeSeconds).toBeLessThan(300);
    expect(read(['--serve', '--lifetime', '30']).lifetimeSeconds).toBe(30);
    expect(read(['--serve'])).toMatchObject({ everySeconds: 900, lifetimeSeconds: 14_400 });
    expect(read(['--serve', ...REAL]).lifetimeSeconds).toBe(14_400);
    expect(read(['--service', 'dpd']).lifetimeSeconds).toBe(86_400);
    expect(read(['--serve', '--service', 'dpd'])).toMatchObject({ everySeconds: 60, lifetimeSeconds: 86_400 });
  });

  it.each([
    ['a mistyped fault', ['--fail', 'invalid-grant'], /Did you mean invalid_grant\?/],
    ['a fault that does not exist', ['--fail', 'nothing'], /nothing.*invalid_grant.*timeout.*500.*secret-malformed/s],
    ['an endpoint without credentials', ['--endpoint', 'https://example.test'], /--credentials belong/],
    ['credentials without an endpoint', ['--credentials', 'c.json'], /--endpoint/],
    ['what is no address', real('example.test'), /http or https/],
    ['a password in the address', real('http://u:hunter2@x'), /^(?!.*hunter2).*user name/],
    ['a fault of a real service', [...REAL, '--fail', '500'], /--fail/],
    ['a lifetime of a real service', [...REAL, '--lifetime', '500'], /--lifetime/],
    ['credentials for everybody on the way', real('http://x'), /plain http.*way to x .*--allow-http/],
    ['the same, by way of a proxy', [...real('http://127.0.0.1'), '--proxy', 'http://proxy:3128'], /--allow-http/],
    ['a proxy with a password', [...REAL, '--proxy', 'http://u:hunter2@proxy:1'], /^(?!.*hunter2)--proxy: .*host:port/],
    ['a proxy of nothing', ['--proxy', 'http://proxy:3128'], /--proxy goes with --endpoint/],
    ['a permission for nothing', ['--allow-http'], /--allow-http goes with --endpoint/],
    ['a pace without --serve', ['--every', '5'], /--serve/],
    ['a mistyped service', ['--service', 'dpdd'], /did you mean dpd\?/],
    ['what describes no service', ['--service', 'package.json'], /--service package.json: .*request: /],
    ['an answer of another service', ['--service', 'dpd', '--fail', 'invalid_grant'], /take password-changed or fault/],
    ['a certificate that is the login, played', CERTIFICATE, /give --endpoint and --credentials/],
    ['no time at all', ['--serve', '--every', '0'], /--every takes a whole number/],
    ['a part of a second', ['--serve', '--every', '0.5'], /--every takes a whole number/],
  ])('refuses %s and says what would be right', (_, args, message) => {
    expect(() => read(args)).toThrow(UsageError);
    expect(() => read(args)).toThrow(message);
  });

  it.each([
    ['this machine', real('http://localhost:4999/')],
    ['this machine', real('http://127.0.0.2/')],
    ['this machine', real('http://[::1]/')],
    ['another one that was allowed', [...real('http://x/'), '--allow-http']],
  ])('sends credentials unencrypted to %s', (_, args) => {
    expect(read(args).endpoint?.url).toBe(args[1]);
  });

  it('takes a certificate that is the login to a real service', () => {
    expect(read([...REAL, ...CERTIFICATE])).toMatchObject({ service: ownCertificate, endpoint: { url: REAL[1] } });
  });

  it('names every option and fault in its help, within 120 columns', () => {
    const faults = ['invalid_grant', 'timeout', '504', 'refused', 'store-throttled'];
    const names = [...Object.keys(START.options).map((name) => `--${name} `), ...faults];
    expect(names.filter((name) => !HELP.includes(name))).toEqual([]);
    expect(HELP.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
