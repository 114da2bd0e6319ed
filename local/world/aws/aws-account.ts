/** Where the local services pretend to be. */
export const REGION = 'ap-south-1';
const ACCOUNT = '123456789012';

/** The ARN of something in the local account. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
