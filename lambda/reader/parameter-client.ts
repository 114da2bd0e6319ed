import type {
  GetParametersCommand,
  GetParametersCommandOutput,
  PutParameterCommand,
  PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';

/** What the reader wants of an SSM client; `SSMClient` fits. */
export interface ParameterClient {
  send(command: GetParametersCommand, options: { abortSignal: AbortSignal }): Promise<GetParametersCommandOutput>;
  /** Used with `reportRejections` only. */
  send(command: PutParameterCommand, options: { abortSignal: AbortSignal }): Promise<PutParameterCommandOutput>;
}

/** SSM says AccessDeniedException, STS (where a reader assumes a role of another account) AccessDenied. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && /^AccessDenied(Exception)?$/.test(error.name);
}
