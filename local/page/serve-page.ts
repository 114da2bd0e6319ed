import type { RequestListener } from 'node:http';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import { listen } from '../world/listen.ts';
import { pacedClock } from './paced-clock.ts';
import { createPage } from './page-server.ts';
import { playTokenLife, type TokenLifeSettings } from './token-life.ts';

/** What `npm start -- --serve` keeps up beside the ports: the world, as time goes on, and the page that shows it. */
export type ServedPage = Awaited<ReturnType<typeof servePage>>;

/** What is shown, and where. */
export interface ServedPageSettings extends Pick<TokenLifeSettings, 'world'> {
  /** The function's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Of 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Gets each tick, in order, once the page runs, and when its run began. */
  readonly onTick: (tick: TickLogLine, at: Date) => Promise<void> | void;
  /** Gets each other pace. */
  readonly onPace: (pace: number) => unknown;
}

/**
 * Takes the port, plays the world's past, and then shows it.
 * @throws ConfigError for an environment that the function would refuse, and what listening throws: then nothing was played
 */
export async function servePage(settings: ServedPageSettings) {
  const { world, env, port, onTick, onPace } = settings;
  const config = readConfig(env);
  if (config instanceof ConfigError) throw config;
  const { promise: handler, resolve: handleWith } = Promise.withResolvers<RequestListener>();
  const listening = await listen(port, async (request, response) => (await handler)(request, response));
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let logged = begun;
  const life = playTokenLife({
    world,
    config,
    onTick: (tick, view) => {
      page.showTick(view);
      logged = logged.then(() => onTick(tick, new Date(view.at)));
    },
  });
  const time = pacedClock(world.clock, onPace);
  const page = await createPage(life, time);
  await world.clock.runUntil(Date.now());
  handleWith(page.handle);
  return {
    ...listening,
    url: `${listening.url}/`,
    /** Logs the ticks in the world's past, and then lets time pass until the signal fires. */
    async run(signal: AbortSignal): Promise<void> {
      begin();
      await time.run(signal, page.showStep);
      await logged;
    },
  };
}

/** In lifetimes of a token: then one is stored that is neither new nor due. */
const PAST = 1.25;

/** In seconds: a past of a year would take minutes to play, in which nobody is answered. */
const LONGEST_PAST = 10 * 86_400;

/** When a world begins, so that its present is now: alarms and a curve need a past to look at. */
export function worldStart(lifetimeSeconds: number, checkEverySeconds: number): number {
  // With checks that no alarm fits, lives are short, and are best watched from the beginning.
  if (checkEverySeconds % 60 !== 0) return Date.now();
  const checkMs = checkEverySeconds * 1000;
  const pastSeconds = Math.min(PAST * lifetimeSeconds, LONGEST_PAST);
  return Math.floor((Date.now() - pastSeconds * 1000) / checkMs) * checkMs;
}
