import { isObject } from '../parse-json.ts';
import type { ConfigFault } from './config.ts';

/**
 * Whether a person forces a refresh: `{ "force": true }`. The schedule sends `{}`. Nothing else is ever taken from an
 * event: whoever may invoke the function must not be able to send the credentials elsewhere.
 */
export function readForce(event: unknown): boolean | ConfigFault {
  const force = isObject(event) && 'force' in event ? event.force : false;
  return typeof force === 'boolean' ? force : { name: 'force', remedy: 'give true or false, in the event' };
}
