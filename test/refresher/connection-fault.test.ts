import { expect, it } from 'vitest';
import { connectionFault } from '../../lambda/refresher/connection-fault.ts';

function nodeError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

function sslError(reason: string): Error {
  return nodeError(
    'EPROTO',
    `write EPROTO 402D623C:error:0A000102:SSL routines:ssl_choose:${reason}:../openssl/x.c:1987:\n`,
  );
}

it.each([
  ['unsupported protocol', 'Tell the vendor now'],
  ['dh key too small', 'Tell the vendor now'],
  ['unsafe legacy renegotiation disabled', 'Tell the vendor now'],
  ['wrong version number', 'does not speak TLS'],
  ['ssl/tls alert bad certificate', 'client certificate'],
])('keeps OpenSSL’s own reason: %s', (reason, remedy) => {
  expect(connectionFault(sslError(reason))).toMatchObject({ what: reason, remedy: expect.stringContaining(remedy) });
});

it.each([
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', 'proxy'],
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'Tell the vendor'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'other host names', 'Compare the host'],
])('tells %s in words', (code, what, remedy) => {
  const fault = connectionFault(nodeError(code, 'CANARY of the other side'));
  expect(fault).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', what: expect.stringContaining(what) });
  expect(fault.remedy).toContain(remedy);
});

it('tells no other text', () => {
  for (const message of [
    'CANARY',
    'error:0A000102:SSL routines:f:CANARY <b>&c</b>:x',
    `SSL routines::${'x'.repeat(99)}:`,
  ])
    expect(JSON.stringify(connectionFault(nodeError('EPROTO', message)))).not.toMatch(/CANARY|xxx/);
  expect(connectionFault(nodeError('HPE_SOMETHING_NEW', 'CANARY'))).toEqual({
    code: 'REPLY_MALFORMED',
    what: 'it breaks a rule of HTTP/1.1',
  });
});
