import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { type DecodedStatus, decodeStatus, statusParameterName } from '../lambda/token-status.ts';
import { UsageError } from './command-line.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const NAMES_PER_CALL = 10;

/**
 * Reads the status parameters of tokens: no token, and nothing that has to be decrypted.
 * @returns the status of each token that has one
 * @throws UsageError
 */
export async function readStatuses(
  client: SSMClient,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, DecodedStatus>> {
  const names = tokens.map(statusParameterName);
  const chunks = Array.from({ length: Math.ceil(names.length / NAMES_PER_CALL) }, (_, index) =>
    names.slice(index * NAMES_PER_CALL, (index + 1) * NAMES_PER_CALL),
  );
  const answers = await Promise.all(chunks.map((Names) => client.send(new GetParametersCommand({ Names })))).catch(
    (error: unknown) => {
      throw new UsageError(whyNot(error, names), { cause: error });
    },
  );
  const found = new Map(
    answers.flatMap(({ Parameters = [] }) => Parameters.map((parameter) => [parameter.Name, parameter])),
  );
  return new Map(
    tokens.flatMap((token): [string, DecodedStatus][] => {
      const parameter = found.get(statusParameterName(token));
      if (parameter?.Value === undefined) return [];
      // Encrypted, by an organisation's rule for example: its value is a ciphertext.
      if (parameter.Type === 'SecureString') return [[token, { fault: 'is a SecureString, and must be a String' }]];
      return [[token, decodeStatus(parameter.Value)]];
    }),
  );
}

function whyNot(error: unknown, names: readonly string[]): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const said = message.split('\n', 1)[0] ?? '';
  if (/^Region (?:is missing|not accepted)/.test(said)) return 'No usable region is set: use --region, or AWS_REGION.';
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return `No AWS credentials (${said}): log in, or set AWS_PROFILE.`;
  }
  if (/Expired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature/.test(name)) {
    return `SSM does not accept these AWS credentials (${name}): log in again, or set another AWS_PROFILE.`;
  }
  if (/^AccessDenied(Exception)?$/.test(name)) {
    return `SSM denies it: allow ssm:GetParameters on ${names.join(', ')} (${said}).`;
  }
  const target = error instanceof Error && 'code' in error ? `${error.code}` : name;
  return `SSM did not answer (${target}: ${said}): check --endpoint-url, --region and the network.`;
}
