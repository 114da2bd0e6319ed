import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import type { Invocation } from '../invoke.ts';
import type { LocalWorld } from './local-world.ts';
import { pacedClock } from './paced-clock.ts';
import { type PageServer, startPage } from './page-server.ts';
import { playTokenLife } from './token-life.ts';

/** What `npm start -- --serve` keeps up beside the ports: the world, as time goes on, and the page that shows it. */
export interface ServedPage extends PageServer {
  /** Told of each tick that ran in the world, in order: what its run told, and when it began. */
  onTick: (tick: Invocation, at: Date) => Promise<void> | void;
  /** Told of each other pace. */
  onPace: (pace: number) => void;
  /** Takes in a tick that ran in a process of its own. */
  note(tick: Invocation, startedAt: number): void;
  /** Lets time pass until the signal fires, and first tells of the ticks in the world's past. */
  run(signal: AbortSignal): Promise<void>;
}

/** What is shown, and where. */
export interface ServedPageSettings {
  readonly world: LocalWorld;
  /** The function's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the handler runs in the world's own time, with buttons that break it. */
  readonly isVirtual: boolean;
  readonly port: number;
}

/**
 * Plays the world's past, and then shows it.
 * @throws ConfigError for an environment that the function would refuse
 */
export async function servePage({ world, env, isVirtual, port }: ServedPageSettings): Promise<ServedPage> {
  const config = readConfig(env);
  if (config instanceof ConfigError) throw config;
  const life = playTokenLife(world, { config, isVirtual });
  const time = pacedClock(world.clock);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let told = begun;
  life.onTick = (tick, at) => {
    if (isVirtual) told = told.then(() => served.onTick(tick, at));
  };
  time.onPace = (pace) => served.onPace(pace);
  await world.clock.runUntil(Date.now());
  const server = await startPage({ port, life, time, isVirtual });
  const served: ServedPage = {
    ...server,
    onTick: () => {},
    onPace: () => {},
    note: (tick, startedAt) => life.note(tick, startedAt),
    async run(signal) {
      begin();
      await time.run(signal);
      await told;
    },
  };
  return served;
}
