/** Where the local services pretend to be. */
export const REGION = 'ap-south-1';
const ACCOUNT = '123456789012';

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
