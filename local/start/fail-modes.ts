import type { AwsFault, LocalAws } from '../world/aws/aws-server.ts';
import type { SoapEndpoint } from '../world/soap/soap-endpoint.ts';
import { FAILURES, type SoapFailure } from '../world/soap/soap-failures.ts';

/** Makes something fail from now on. */
export type FailMode = (aws: LocalAws, soap: SoapEndpoint, secretId: string) => Promise<void> | void;

const FAILURE_NAMES = Object.keys(FAILURES) as SoapFailure[];
// An object lists its numbers first; the words are more interesting.
const WORDS_FIRST = [...FAILURE_NAMES].sort((a, b) => Number(isStatus(a)) - Number(isStatus(b)));

/** Ways in which the SOAP endpoint fails, by name. */
export const ENDPOINT_FAIL_MODES: ReadonlyMap<string, FailMode> = new Map<string, FailMode>([
  ['refused', (_, soap) => soap.close()],
  [
    'password-changed',
    (_, soap) => {
      soap.credentials = Object.fromEntries(Object.keys(soap.credentials).map((name) => [name, 'changed']));
    },
  ],
  ...WORDS_FIRST.map((name): [string, FailMode] => [name, answering(name)]),
]);

/** Answers in the words of Masters India: they mean nothing to a service that a profile describes. */
export const MASTERS_INDIA_FAIL_MODES: readonly SoapFailure[] = [
  ...(['invalid_grant', 'invalid_client', 'invalid_request', 'server_error', 'drip', 'early-close', 'huge'] as const),
  ...(['malformed', 'truncated', 'doctype', 'duplicate-token'] as const),
];

/** Ways in which AWS, or the secret in it, fails, by name. */
export const AWS_FAIL_MODES: ReadonlyMap<string, FailMode> = new Map<string, FailMode>([
  [
    'secret-malformed',
    (aws, _, secretId) => {
      aws.perform('PutSecretValue', { SecretId: secretId, SecretString: '{"user":"demo"}' });
    },
  ],
  ['secret-denied', failing('GetSecretValue', { type: 'AccessDeniedException' })],
  ['store-denied', failing('PutParameter', { type: 'AccessDeniedException' })],
  ['store-throttled', failing('PutParameter', { type: 'ThrottlingException', message: 'Rate exceeded' })],
]);

function answering(failure: SoapFailure): FailMode {
  return (_, soap) => {
    soap.mode = failure;
  };
}

function isStatus(name: string): boolean {
  return /^\d{3}$/.test(name);
}

function failing(operation: string, fault: AwsFault): FailMode {
  return (aws) => {
    aws.faults = (called) => (called === operation ? fault : undefined);
  };
}
