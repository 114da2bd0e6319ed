import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { putCredentials, shellCommand } from '../../../local/start/shell-command.ts';

it.each([20, 40, 120])('gives the same arguments when it is pasted from %s columns', (width) => {
  const secret = { username: 'demo@example.com', password: 'demo-&<>-password', client_id: 'demo' };
  const command = shellCommand(`printf %s\\\\n --name /local/token --value '${JSON.stringify(secret)}'`, width);

  const [name, value, key, ...json] = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\n');

  expect([name, value, key]).toEqual(['--name', '/local/token', '--value']);
  expect(JSON.parse(json.join('\n'))).toEqual(secret);
});

it('stays within the width where no word is wider', () => {
  const rows = shellCommand(`export ${'NAME=value '.repeat(20)}`.trim(), 60).split('\n');

  expect(rows.length).toBeGreaterThan(3);
  expect(rows.filter((row) => row.length > 60)).toEqual([]);
});

it('puts a file in, and the values of a service whose field is called so', () => {
  expect(putCredentials('acme.json')).toMatch(/ file:\/\/acme\.json$/);
  expect(putCredentials({ file: 'demo' })).toMatch(/ '{"file":"demo"}'$/);
});
