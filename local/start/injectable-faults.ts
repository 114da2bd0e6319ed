import type { AwsFault, LocalAws } from '../world/aws/aws-server.ts';
import { ENDPOINT_FAULTS, type EndpointFault } from '../world/soap/endpoint-faults.ts';
import type { SoapEndpoint } from '../world/soap/soap-endpoint.ts';

/** Makes something fail from now on. */
export type InjectFault = (aws: LocalAws, soap: SoapEndpoint, secretId: string) => unknown;

const isStatus = (name: string) => Number(/^\d{3}$/.test(name));
// An object lists its numbers first; the words are more interesting.
const WORDS_FIRST = (Object.keys(ENDPOINT_FAULTS) as EndpointFault[]).sort((a, b) => isStatus(a) - isStatus(b));

/** Faults of the SOAP service, by name. */
export const SERVICE_FAULTS: ReadonlyMap<string, InjectFault> = new Map<string, InjectFault>([
  ['refused', (_, soap) => soap.close()],
  ['password-changed', (_, soap) => soap.service.changePassword()],
  ...WORDS_FIRST.map((name): [string, InjectFault] => [name, answeringWith(name)]),
]);

/** Answers in the words of Masters India: they mean nothing to a service that a profile describes. */
export const MASTERS_INDIA_FAULTS: readonly EndpointFault[] = [
  ...(['invalid_grant', 'invalid_client', 'invalid_request', 'server_error', 'drip', 'early-close', 'huge'] as const),
  ...(['malformed', 'truncated', 'doctype', 'duplicate-token'] as const),
];

/** Faults of AWS, or of the secret in it, by name. */
export const AWS_FAULTS: ReadonlyMap<string, InjectFault> = new Map<string, InjectFault>([
  [
    'secret-malformed',
    (aws, _, id) => aws.perform('PutSecretValue', { SecretId: id, SecretString: '{"user":"demo"}' }),
  ],
  ['secret-denied', failing('GetSecretValue', { type: 'AccessDeniedException' })],
  ['store-denied', failing('PutParameter', { type: 'AccessDeniedException' })],
  ['store-throttled', failing('PutParameter', { type: 'ThrottlingException', message: 'Rate exceeded' })],
]);

function answeringWith(fault: EndpointFault): InjectFault {
  return (_, soap) => {
    soap.fault = fault;
  };
}

function failing(operation: string, fault: AwsFault): InjectFault {
  return (aws) => {
    aws.faults = (called) => (called === operation ? fault : undefined);
  };
}
