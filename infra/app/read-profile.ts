import { readFileSync } from 'node:fs';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { parseJsonObject } from '../../lambda/parse-json.ts';
import { checkProfile } from '../../lambda/services/check-profile.ts';
import { PROFILES, type ServiceProfile } from '../../lambda/services/profiles.ts';

/** What can be given for a service. */
export const PROFILE_RULE = `${[...PROFILES.keys()].map((name) => `"${name}"`).join(', ')}, or the path of a JSON file that describes the service`;

/** A profile by its name, or from a JSON file; without one, what is wrong. */
export function readProfile(nameOrPath: string): {
  readonly profile?: ServiceProfile;
  readonly faults: readonly string[];
} {
  const known = PROFILES.get(nameOrPath);
  if (known !== undefined) return { profile: known, faults: [] };
  let text: string;
  try {
    text = readFileSync(nameOrPath, 'utf8');
  } catch {
    const meant = didYouMean(nameOrPath, PROFILES.keys(), '; ');
    return { faults: [`give ${PROFILE_RULE}; this file cannot be read${meant}`] };
  }
  const json = parseJsonObject(text.replace(/^\ufeff/, ''));
  if (json === undefined) return { faults: ['put a JSON object in this file'] };
  const { profile, faults } = checkProfile(json);
  return { profile, faults: faults.map(({ key, remedy }) => `${key}: ${remedy}`) };
}
