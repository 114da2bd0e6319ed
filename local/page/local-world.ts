import { VirtualAws } from '../world/aws/virtual-aws.ts';
import type { SoapCredentials } from '../world/soap/soap-service.ts';
import { Vendor } from '../world/soap/vendor.ts';
import { Random } from '../world/time/random.ts';
import { VirtualClock } from '../world/time/virtual-clock.ts';

/** All that is around the refresher and its readers on this machine: one clock, one AWS, one SOAP service. */
export interface LocalWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly aws: VirtualAws;
  readonly vendor: Vendor;
  readonly secretId: string;
}

/** What a new world starts with. */
export interface LocalWorldSettings {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly secretId: string;
  /** The secret's text, whatever is in it. */
  readonly secretString: string;
  /** What the service takes for right. */
  readonly credentials: SoapCredentials;
  readonly lifetimeSeconds: number;
}

/** A world in which nothing has happened yet. */
export function createLocalWorld(settings: LocalWorldSettings): LocalWorld {
  const { start, secretId, secretString, credentials, lifetimeSeconds } = settings;
  const clock = new VirtualClock(start);
  const random = new Random(start);
  const aws = new VirtualAws(clock, random, secretId);
  aws.putSecret(secretString);
  const vendor = new Vendor(clock, random, { lifetimeSeconds, issuing: 'new' }, credentials);
  return { clock, random, aws, vendor, secretId };
}

/** In lifetimes of a token: then one is stored that is neither new nor due. */
const PAST = 1.25;

/** When a world begins, so that its present is now: alarms and a curve need a past to look at. */
export function worldStart(lifetimeSeconds: number, checkEverySeconds: number): number {
  // With checks that no alarm fits, lives are short, and are best watched from the beginning.
  if (checkEverySeconds % 60 !== 0) return Date.now();
  const checkMs = checkEverySeconds * 1000;
  return Math.floor((Date.now() - PAST * lifetimeSeconds * 1000) / checkMs) * checkMs;
}
