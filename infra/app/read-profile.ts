import { readFileSync } from 'node:fs';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { parseJsonObject } from '../../lambda/parse-json.ts';
import { checkProfile, type ProfileFault } from '../../lambda/services/check-profile.ts';
import { PROFILES, type ServiceProfile } from '../../lambda/services/profiles.ts';

/** What can be given for a service. */
export const PROFILE_RULE = `${[...PROFILES.keys()].map((name) => `"${name}"`).join(', ')}, or the path of a JSON file that describes the service`;

/** What a name or a path leads to. */
export interface GivenProfile {
  /** Undefined where something is wrong with it, or it was not found. */
  readonly profile?: ServiceProfile;
  /** Whether there is a profile at all, right or wrong. */
  readonly isFound: boolean;
  readonly faults: readonly string[];
  /** What may be meant, but should be looked at. */
  readonly warnings: readonly string[];
}

/** A profile by its name, or from a JSON file, checked. */
export function readProfile(nameOrPath: string): GivenProfile {
  const value = PROFILES.get(nameOrPath) ?? readJson(nameOrPath);
  if (typeof value === 'string') return { isFound: false, faults: [value], warnings: [] };
  const { profile, faults, warnings } = checkProfile(value);
  return { profile, isFound: true, faults: faults.map(inWords), warnings: warnings.map(inWords) };
}

/** @returns what is wrong with the file, in words, where it holds no JSON object */
function readJson(path: string): object | string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return `give ${PROFILE_RULE}; this file cannot be read${didYouMean(path, PROFILES.keys(), '; ')}`;
  }
  return parseJsonObject(text.replace(/^\ufeff/, '')) ?? 'put a JSON object in this file';
}

function inWords({ key, remedy }: ProfileFault): string {
  return `${key}: ${remedy}`;
}
