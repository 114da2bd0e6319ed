import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import type { SoapCredentials } from '../../../local/world/soap/soap-service.ts';
import { createVirtualWorld, type VirtualWorld } from '../../../local/world/virtual-world.ts';

/** The function as deployed with the defaults. */
export const ENV = {
  CREDENTIALS_SECRET_ID: 'local/credentials',
  TOKEN_ENDPOINT: 'http://127.0.0.1:4781/api.einvoice.php',
  TOKEN_PARAMETER_NAME: '/local/access-token',
  REFRESH_EVERY_SECONDS: '7200',
  CHECK_EVERY_SECONDS: '900',
  TOKEN_LIFETIME_SECONDS: '14400',
};

const CREDENTIALS = { username: 'erin', password: 'S3CR3T-password', client_id: 'S3CR3T-id', client_secret: 'S3CR3T' };

/** What it meets: nothing has happened yet, and the secret holds what the service takes. */
export function pageWorld(
  start: number,
  profile = mastersIndia,
  credentials: SoapCredentials = CREDENTIALS,
): VirtualWorld {
  const vendor = { tokenLifetimeSeconds: Number(ENV.TOKEN_LIFETIME_SECONDS), issuing: 'new' as const, profile };
  const secretId = ENV.CREDENTIALS_SECRET_ID;
  const world = createVirtualWorld({ start, seed: 1, secretId, vendor, credentials });
  world.aws.putSecret(JSON.stringify(credentials));
  return world;
}
