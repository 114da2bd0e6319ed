/**
 * What a tick talks to: the project's local services, each at an address of its own behind TLS, and as late as the real
 * ones answer.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer, rootCertificates, type Server, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { startLocalAws } from '../../local/world/aws/aws-server.ts';
import { startSoapEndpoint } from '../../local/world/soap/soap-endpoint.ts';

export const AWS_LATENCY_MS = 15;
export const SOAP_LATENCY_MS = 200;

export type Endpoints = Awaited<ReturnType<typeof startEndpoints>>;

export async function startEndpoints(secretId: string, directory: string) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'bench' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const certificateFile = join(directory, 'certificate.pem');
  writeFileSync(certificateFile, cert);
  const authoritiesFile = join(directory, 'authorities.pem');
  writeFileSync(authoritiesFile, [...rootCertificates, cert].join('\n'));
  const credentials = { username: 'bench', password: 'bench', client_id: 'bench', client_secret: 'bench' };
  const aws = await startLocalAws();
  aws.perform('CreateSecret', { Name: secretId, SecretString: JSON.stringify(credentials) });
  const soap = await startSoapEndpoint({ credentials });

  const fronts: Server[] = [];
  const front = async (url: string, latencyMs: number): Promise<string> => {
    const { pathname, search, port } = new URL(url);
    const server = createServer({ key, cert }, (client) => relay(client, Number(port), latencyMs));
    fronts.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    return `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${pathname}${search}`;
  };
  return {
    aws,
    soap,
    secretsManagerUrl: await front(aws.url, AWS_LATENCY_MS),
    ssmUrl: await front(aws.url, AWS_LATENCY_MS),
    soapUrl: await front(soap.url, SOAP_LATENCY_MS),
    /** The certificate that a client has to trust, for clients that bring their own certificate authorities. */
    certificateFile,
    /** The same among all the usual authorities, for clients that read those from a file. */
    authoritiesFile,
    close: async () => {
      for (const server of fronts) server.close();
      await Promise.all([aws.close(), soap.close()]);
    },
  };
}

/** Passes everything on, what comes back so much later. */
function relay(client: TLSSocket, port: number, latencyMs: number): void {
  const service = connect(port, '127.0.0.1');
  service.setNoDelay();
  client.pipe(service);
  service.on('data', (chunk) => setTimeout(() => client.write(chunk), latencyMs));
  service.on('close', () => setTimeout(() => client.destroy(), latencyMs));
  client.on('close', () => service.destroy());
  // A measured process is killed once it has answered.
  client.on('error', () => service.destroy());
  service.on('error', () => client.destroy());
}
