/** The usual code: the SDK, `fetch`, and three calls in a row. Nothing is checked, judged, retried or reported. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { XMLParser } from 'fast-xml-parser';

const secrets = new SecretsManagerClient();
const ssm = new SSMClient();
const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false });

export async function handler(): Promise<void> {
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.CREDENTIALS_SECRET_ID }));
  const { username, password, client_id, client_secret } = JSON.parse(secret.SecretString ?? '');

  const response = await fetch(process.env.TOKEN_ENDPOINT ?? '', {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '""' },
    body: `<?xml version="1.0" encoding="utf-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:server">
  <soapenv:Body>
    <urn:access_new_token>
      <username>${username}</username>
      <passwd>${password}</passwd>
      <client_id>${client_id}</client_id>
      <client_secret>${client_secret}</client_secret>
      <grant_type>password</grant_type>
    </urn:access_new_token>
  </soapenv:Body>
</soapenv:Envelope>`,
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const reply = parser.parse(await response.text());
  const token = reply.Envelope.Body.access_new_tokenResponse.access_token;

  await ssm.send(
    new PutParameterCommand({
      Name: process.env.TOKEN_PARAMETER_NAME,
      Value: token,
      Type: 'SecureString',
      KeyId: process.env.TOKEN_KMS_KEY_ID,
      Overwrite: true,
    }),
  );
}
