import { expect, it } from 'vitest';
import { isObject } from '../../lambda/parse-json.ts';
import type { RefreshErrorCode } from '../../lambda/refresh-error.ts';
import type { Dependencies } from '../../lambda/refresher/dependencies.ts';
import type { EndpointFault } from '../../local/world/soap/endpoint-faults.ts';
import { type World, worlds } from './world.ts';

const newWorld = worlds();
/** When the first token is due. */
const DUE = { skewMs: 2 * 3_600_000 };

/** Every function of the seam that returns a promise, by its path. */
type Call<Seam> = {
  [Name in keyof Seam & string]: Seam[Name] extends (...args: never[]) => infer Output
    ? Output extends Promise<unknown>
      ? Name
      : never
    : `${Name}.${Call<Seam[Name]>}`;
}[keyof Seam & string];

interface Expected {
  /** What the tick fails with. */
  readonly code: RefreshErrorCode;
  /** What is recorded of the attempt; undefined: nothing was announced, or the writing itself broke. */
  readonly outcome?: RefreshErrorCode;
  /** By which fault of the endpoint such a call is made; undefined: by none. */
  readonly fault?: EndpointFault;
}

/** What is expected of a tick in which one of them throws what nobody foresaw. A new function does not compile until it is listed. */
const AWAITS = {
  'credentials.read': { code: 'INTERNAL_ERROR' },
  'store.read': { code: 'INTERNAL_ERROR' },
  'store.announce': { code: 'INTERNAL_ERROR' },
  post: { code: 'INTERNAL_ERROR', outcome: 'INTERNAL_ERROR' },
  sleep: { code: 'INTERNAL_ERROR', outcome: 'INTERNAL_ERROR', fault: '503' },
  'store.writeToken': { code: 'STORE_FAILED', outcome: 'STORE_FAILED' },
  'store.writeStatus': { code: 'STORE_FAILED', outcome: 'STORE_FAILED' },
  'store.writeOutcome': { code: 'CREDENTIALS_REFUSED', fault: 'invalid_grant' },
} as const satisfies Record<Call<Dependencies>, Expected>;

/** Each call of a function of the seam passes through `call`. */
function watched<Seam extends object>(
  seam: Seam,
  call: (path: string, act: () => unknown) => unknown,
  prefix = '',
): Seam {
  return new Proxy(seam, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const path = prefix + String(name);
      if (isObject(value)) return watched(value, call, `${path}.`);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => call(path, () => Reflect.apply(value, target, args));
    },
  });
}

async function dueWorld(fault?: EndpointFault): Promise<World> {
  const world = await newWorld();
  await world.tick();
  world.soap.fault = fault;
  return world;
}

const rows = Object.entries<Expected>(AWAITS);
it.each([...rows.map((row) => ['at once', ...row] as const), ...rows.map((row) => ['later', ...row] as const)])(
  'a tick in which, %s, %s breaks ends with one log line, one set of metrics, and what can be recorded',
  async (when, call, { code, outcome, fault }) => {
    const world = await dueWorld(fault);
    const before = world.attempts();
    const mistake = Object.assign(new TypeError('CANARY is not a function'), { code: 'CANARY <is> quoted' });
    const breaks = () => {
      if (when === 'at once') throw mistake;
      return Promise.reject(mistake);
    };
    const around = (seam: Dependencies) => watched(seam, (path, act) => (path === call ? breaks() : act()));
    const error = await world.failingTick(code, { ...DUE, around, askingMs: 40_000 });
    // One of the first tick, and one of this.
    for (const start of ['tokenParameter: ', '{"_aws"']) expect(world.logged().split(start)).toHaveLength(3);
    expect(world.metrics()).toMatchObject({ CredentialsRefused: fault === 'invalid_grant' ? 1 : 0 });
    expect(world.logged()).toContain('TypeError');
    expect(error.message).not.toContain('CANARY');
    if (outcome !== undefined) expect(world.attempts()?.attempt?.outcome?.code).toBe(outcome);
    else if (call !== 'store.writeOutcome') expect(world.attempts()).toEqual(before);
  },
);
