import { createTokenReader, TokenReadError } from '../../lambda/reader/token-reader.ts';
import { awsClient } from '../world/refresher-tick.ts';
import { NO_CONNECTION } from '../world/soap/vendor.ts';
import { Random } from '../world/time/random.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { ReaderView } from './snapshot.ts';

/** What the readers need to know. */
interface ReaderSettings {
  readonly tokenParameterName: string;
  readonly lifetimeSeconds: number;
}

/** Two workloads that read the token with the published reader, and call the service with it, again and again. */
export function playReaders(world: VirtualWorld, settings: ReaderSettings): () => readonly ReaderView[] {
  const random = new Random(world.clock.now());
  const readers = [playReader(world, settings, random, false), playReader(world, settings, random, true)];
  return () => readers.map((view) => view());
}

/** @param reportRejections whether it reports what the service rejects */
function playReader(
  { clock, aws, vendor }: VirtualWorld,
  { tokenParameterName, lifetimeSeconds }: ReaderSettings,
  random: Random,
  reportRejections: boolean,
): () => ReaderView {
  const name = reportRejections ? 'Reader 2' : 'Reader 1';
  const everyMs = Math.max(1, lifetimeSeconds / 120) * 1000;
  const tokens = createTokenReader({
    parameterName: tokenParameterName,
    // The defaults, 60 and 300, are for tokens that live hours.
    minRemainingSeconds: Math.min(60, lifetimeSeconds / 30),
    maxAgeSeconds: Math.min(300, lifetimeSeconds / 15),
    reportRejections,
    client: awsClient({ aws }),
    clock: { now: clock.now, sleep: (ms) => clock.sleep(ms), timeout: (ms) => clock.timeout(ms) },
    random: () => random.next(),
  });
  let seen: Seen & Pick<ReaderView, 'at'> = { state: undefined, detail: 'has not called yet', at: undefined };
  let calls = 0;
  let failed = 0;

  function versionOf(token: string): string {
    const stored = aws.services.parameters.history(tokenParameterName).findLast(({ value }) => value === token);
    return `version ${stored?.version ?? 'unknown'}`;
  }

  async function callService(token: string) {
    await clock.sleep(random.between(50, 300));
    if (vendor.fault === NO_CONNECTION) throw new Error('the service does not answer');
    if (vendor.fault !== undefined) throw new Error('the service answers nonsense');
    return { token, isRejected: !vendor.service.accepts(token, new Date(clock.now())) };
  }

  async function call(): Promise<Seen> {
    const { token, isRejected } = await tokens.call(callService, (answer) => answer.isRejected);
    if (!isRejected) return { state: 'served', detail: `served with ${versionOf(token)}` };
    const report = reportRejections ? ' and reported' : '';
    return { state: 'rejected', detail: `${versionOf(token)} rejected by the service${report}` };
  }

  async function callOnce(): Promise<void> {
    calls += 1;
    seen = { ...(await call().catch(notServed)), at: clock.now() };
    if (seen.state !== 'served') failed += 1;
    clock.at(clock.now() + everyMs, callOnce);
  }
  clock.at(clock.now() + (reportRejections ? everyMs : everyMs / 3), callOnce);
  return () => ({ name, reports: reportRejections, ...seen, calls, failed });
}

type Seen = Pick<ReaderView, 'state' | 'detail'>;

function notServed(error: unknown): Seen {
  const detail = error instanceof Error ? error.message : 'unknown';
  return { state: error instanceof TokenReadError ? 'no token' : 'no answer', detail };
}
