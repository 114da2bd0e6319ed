import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import type { TickReport } from '../../lambda/refresher/tick-report.ts';
import { AwsError } from '../../local/world/aws/aws-request.ts';
import { type PlayedCommand, type PlayedOutput, sdkException } from '../../local/world/aws/in-process-sdk.ts';
import { VirtualAws } from '../../local/world/aws/virtual-aws.ts';
import { refresherTick } from '../../local/world/refresher-tick.ts';
import { Random } from '../../local/world/time/random.ts';
import type { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { createVirtualWorld } from '../../local/world/virtual-world.ts';

const SECRET = 'shared/credentials';
const CREDENTIALS = { username: 'b2b', password: 'right', client_id: 'client', client_secret: 'secret' };
const CHECK_MS = 15 * 60_000;
const RUN_MS = 60_000;

/** Takes three writes a second of the whole account, as SSM does, and throttles all others. */
class ThrottlingAws extends VirtualAws {
  readonly #clock: VirtualClock;
  #taken: readonly number[] = [];

  constructor(clock: VirtualClock, random: Random) {
    super(clock, random, SECRET);
    this.#clock = clock;
  }

  override async send(command: PlayedCommand, signal?: AbortSignal): Promise<PlayedOutput> {
    if (command instanceof PutParameterCommand) {
      const now = this.#clock.now();
      this.#taken = this.#taken.filter((at) => at > now - 1000);
      if (this.#taken.length === 3)
        throw sdkException(new AwsError('ThrottlingException', 'Rate exceeded'), 'PutParameter');
      this.#taken = [...this.#taken, now];
    }
    return await super.send(command, signal);
  }
}

it.each([1, 2, 3, 4])(
  'of 25 tokens that fall due in one second, none is minted that SSM cannot store, and all are refreshed within two ticks (%i)',
  async (seed) => {
    const vendor = { lifetimeSeconds: 14_400, issuing: 'new' } as const;
    const made = createVirtualWorld({ start: 0, seed, secretId: SECRET, vendor, credentials: CREDENTIALS });
    const { clock } = made;
    const random = new Random(seed);
    const aws = new ThrottlingAws(clock, random);
    const reports: TickReport[] = [];
    const ticks = Array.from({ length: 25 }, (_, index) => {
      const config = readConfig({
        CREDENTIALS_SECRET_ID: SECRET,
        TOKEN_ENDPOINT: 'https://soap.example.com/token',
        TOKEN_PARAMETER_NAME: `/many/${index}/access-token`,
        TOKEN_KMS_KEY_ID: 'token-key',
        REFRESH_EVERY_SECONDS: '7200',
        CHECK_EVERY_SECONDS: String(CHECK_MS / 1000),
        TOKEN_LIFETIME_SECONDS: '14400',
      });
      if (config instanceof ConfigError) throw config;
      const onReport = (report: TickReport) => reports.push(report);
      return refresherTick(config, () => random.next(), onReport)({ ...made, aws });
    });
    /** One tick of each, all within a second. */
    const tick = async () => {
      reports.length = 0;
      const until = clock.now() + CHECK_MS;
      for (const run of ticks) {
        clock.at(clock.now() + random.between(0, 1000), () => {
          const startedAt = clock.now();
          const remainingMs = () => startedAt + RUN_MS - clock.now();
          run({ event: {}, startedAt, remainingMs, step: async () => {} }).catch(() => {});
        });
      }
      await clock.runUntil(until);
      expect(reports).toHaveLength(25);
      return reports.map(({ outcome }) => outcome);
    };
    // First there is no token; then a new version of the secret makes all due at once.
    for (const round of [1, 2]) {
      aws.putSecret(JSON.stringify(CREDENTIALS));
      const outcomes = [await tick(), await tick()].map((ended) => ended.filter((outcome) => outcome === 'refreshed'));
      expect(outcomes.flat()).toHaveLength(25);
      expect(made.vendor.logins).toHaveLength(25 * round);
    }
  },
);
