/** Where the local services pretend to be. */
export const REGION = 'ap-south-1';
const ACCOUNT = '123456789012';

/** Who the callers are taken to be, in answers that name them. */
export const ROLE_ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/local/local`;

/** The ARN of something in the local account. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
