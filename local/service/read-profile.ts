import { readFileSync } from 'node:fs';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import { PROFILES } from '../../lambda/services/profiles.ts';

/** The profiles that come with this package, by name. */
export const PROFILE_NAMES: readonly string[] = [...PROFILES.keys()];

/** No profile can be read; the message says what to give. */
export class ProfileError extends Error {}

/**
 * A profile by its name, or from a JSON file. What is in it is not checked.
 * @throws ProfileError
 */
export function readProfile(nameOrPath: string): unknown {
  if (PROFILES.has(nameOrPath)) return PROFILES.get(nameOrPath);
  try {
    return JSON.parse(readFileSync(nameOrPath, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ProfileError(`${nameOrPath} is not JSON: ${error.message}`);
    const meant = didYouMean(nameOrPath, PROFILE_NAMES);
    throw new ProfileError(
      `${nameOrPath} cannot be read (${errorName(error)}): give ${PROFILE_NAMES.join(', ')}, or the path of a file.${meant}`,
    );
  }
}
