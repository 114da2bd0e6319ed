/** The floor of the task: the four calls in a row with what Node itself brings, signed by hand (Signature Version 4). */
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:https';

const { env } = process;

export async function handler(): Promise<void> {
  const secret = await callAws(
    'secretsmanager',
    env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    'secretsmanager.GetSecretValue',
    {
      SecretId: env.CREDENTIALS_SECRET_ID,
    },
  );
  const { username, password, client_id, client_secret } = JSON.parse(secret.SecretString ?? '');

  await callAws('ssm', env.AWS_ENDPOINT_URL_SSM, 'AmazonSSM.PutParameter', {
    Name: `${env.TOKEN_PARAMETER_NAME}/attempt`,
    Value: JSON.stringify({ attempt: { at: new Date().toISOString() } }),
    Type: 'String',
    Overwrite: true,
  });

  const reply = await post(
    new URL(env.TOKEN_ENDPOINT ?? ''),
    { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
    `<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:server"><soapenv:Body><urn:access_new_token><username>${username}</username><passwd>${password}</passwd><client_id>${client_id}</client_id><client_secret>${client_secret}</client_secret><grant_type>password</grant_type></urn:access_new_token></soapenv:Body></soapenv:Envelope>`,
  );
  const token = /<access_token>([^<]+)</.exec(reply)?.[1];

  await callAws('ssm', env.AWS_ENDPOINT_URL_SSM, 'AmazonSSM.PutParameter', {
    Name: env.TOKEN_PARAMETER_NAME,
    Value: token,
    Type: 'SecureString',
    KeyId: env.TOKEN_KMS_KEY_ID,
    Overwrite: true,
  });
}

async function callAws(
  service: string,
  endpoint: string | undefined,
  target: string,
  input: object,
): Promise<Record<string, string>> {
  const url = new URL(endpoint ?? '');
  const body = JSON.stringify(input);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${env.AWS_REGION}/${service}/aws4_request`;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': time,
    'x-amz-security-token': env.AWS_SESSION_TOKEN ?? '',
    'x-amz-target': target,
  };
  const signedHeaders = Object.keys(headers).join(';');
  const canonicalHeaders = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonicalRequest = `POST\n/\n\n${canonicalHeaders.join('')}\n${signedHeaders}\n${sha256(body)}`;
  const stringToSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest)}`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const credential = `Credential=${env.AWS_ACCESS_KEY_ID}/${scope}`;
  const signature = hmac(key, stringToSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return JSON.parse(await post(url, { ...headers, authorization }, body));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function post(url: URL, headers: Record<string, string>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
