/** The package's door to service profiles: `import { dpd } from 'soap-token-refresher/services'`. */
import { dpd } from './dpd.ts';
import { finanzonline } from './finanzonline.ts';
import { mastersIndia } from './masters-india.ts';
import type { ServiceProfile } from './profile.ts';
import { regon } from './regon.ts';
import { sabre } from './sabre.ts';

export { type CheckedProfile, checkProfile, type ProfileFault } from './check-profile.ts';
export type { ServiceCodes, ServiceProfile, ServiceTiming } from './profile.ts';
export { dpd, finanzonline, mastersIndia, regon, sabre };

/** The profiles of this package, by the names that cdk.json and the commands take. The first is the default. */
export const PROFILES: ReadonlyMap<string, ServiceProfile> = new Map(
  Object.entries({ mastersIndia, dpd, finanzonline, regon, sabre }),
);
