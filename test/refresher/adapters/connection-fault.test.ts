import { expect, it } from 'vitest';
import { connectionFault } from '../../../lambda/refresher/adapters/connection-fault.ts';

function nodeError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

it('shows no other text', () => {
  for (const message of [
    'CANARY',
    'error:0A000102:SSL routines:f:CANARY <b>&c</b>:x',
    `SSL routines::${'x'.repeat(99)}:`,
  ])
    expect(JSON.stringify(connectionFault(nodeError('EPROTO', message)))).not.toMatch(/CANARY|xxx/);
  for (const code of ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNSPECIFIED'])
    expect(JSON.stringify(connectionFault(nodeError(code, 'CANARY: <other> side')))).not.toContain('CANARY');
  expect(JSON.stringify(connectionFault(nodeError('HPE_SOMETHING_NEW', 'CANARY')))).not.toContain('CANARY');
});

it.each([
  ['ENOTFOUND', 'ENDPOINT_UNAVAILABLE', 'no such host', 'letter by letter'],
  ['ECONNREFUSED', 'ENDPOINT_UNAVAILABLE', 'nothing listens', 'scheme and port'],
  ['CONNECT_TIMEOUT', 'ENDPOINT_UNAVAILABLE', 'no way', 'on a list'],
  ['ECONNRESET', 'ENDPOINT_UNAVAILABLE', 'cut', 'scheme and port'],
  ['ABORT_ERR', 'ENDPOINT_UNAVAILABLE', 'no whole answer', 'ask the vendor'],
  ['HPE_SOMETHING_NEW', 'REPLY_MALFORMED', 'breaks a rule of HTTP', 'scheme and port'],
  ['unsafe legacy renegotiation disabled', 'ENDPOINT_UNAVAILABLE', 'unsafe legacy reneg', 'Write to the vendor now'],
  ['ssl/tls alert bad certificate', 'ENDPOINT_UNAVAILABLE', 'alert bad certificate', 'client certificate'],
])('says of %s what it is, and what to do', (name, code, what, remedy) => {
  const isSsl = name.includes(' ');
  const words = `write EPROTO 402D623C:error:0A000102:SSL routines:ssl_choose:${name}:../openssl/x.c:1987:\n`;
  const fault = connectionFault(isSsl ? nodeError('EPROTO', words) : nodeError(name));
  expect(fault).toEqual({ code, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) });
});
