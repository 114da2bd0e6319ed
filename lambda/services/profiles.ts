/** The package's door to service profiles: `import { dpd } from 'soap-token-refresher/services'`. */
export { type CheckedProfile, checkProfile, type ProfileFault } from './check-profile.ts';
export { dpd } from './dpd.ts';
export { finanzonline } from './finanzonline.ts';
export type { ServiceProfile } from './profile.ts';
export { regon } from './regon.ts';
export { sabre } from './sabre.ts';
