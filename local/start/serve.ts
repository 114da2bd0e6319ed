import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { spanText } from '../../lambda/timing.ts';
import { servePage, worldStart } from '../page/serve-page.ts';
import { REGION } from '../world/aws/aws-account.ts';
import { ENDPOINT_FAULTS } from '../world/soap/endpoint-faults.ts';
import { withPassword } from '../world/soap/soap-service.ts';
import { NO_CONNECTION } from '../world/soap/vendor.ts';
import { createVirtualWorld, type VirtualWorld } from '../world/virtual-world.ts';
import { firstContact } from './explain.ts';
import { failureStory, heading, width } from './narrative.ts';
import type { Options } from './options.ts';
import { announceServices, withdrawServices } from './running-services.ts';
import { SECRET_ID } from './secret.ts';
import { createServeLog, type ServeLog } from './serve-log.ts';
import { putCredentials, READ_STATUS, READ_TOKEN, shellCommand } from './shell-command.ts';
import { type BehindPorts, onPort, openStage, playedService, runTick, type Stage, showStage } from './stage.ts';

const PAGE_PORT = 4782;

/**
 * Keeps the local services up, with a tick from time to time, until Ctrl-C. A world in virtual time is behind them, and a
 * page shows it, unless a real service is asked, or a fault has to be met on the wire.
 * @returns the exit status
 */
export async function serve(options: Options, secretString: string): Promise<number> {
  const { endpoint, fault } = options;
  const world = endpoint === undefined && fault === undefined ? playedWorld(options, secretString) : undefined;
  const stage = await openStage(options, world && behindPorts(world));
  try {
    if (world === undefined) stage.aws.perform('CreateSecret', { Name: SECRET_ID, SecretString: secretString });
    showStage(stage);
    await serveStage(stage, world);
  } finally {
    await stage.close();
  }
  return 0;
}

function playedWorld(options: Options, secretString: string): VirtualWorld {
  const start = worldStart(options.lifetimeSeconds, options.everySeconds);
  const { credentials, ...vendor } = playedService(options);
  const world = createVirtualWorld({ start, seed: start, secretId: SECRET_ID, vendor, credentials });
  world.aws.putSecret(secretString);
  return world;
}

/** A connection that ends before there is an answer. */
const CUT = { bytes: Buffer.alloc(0), end: 'reset' } as const;

/** The world on the wire: what is broken there is broken for the `aws` command, too. */
function behindPorts({ aws, vendor, clock }: VirtualWorld): BehindPorts {
  const now = () => new Date(clock.now());
  const broken = () => (vendor.fault === NO_CONNECTION ? CUT : ENDPOINT_FAULTS.truncated());
  return {
    aws: { services: aws.services, now, faults: (operation) => aws.refusal(operation) },
    soap: { service: vendor.service, now, faults: () => vendor.fault && broken() },
  };
}

async function serveStage(stage: Stage, world: VirtualWorld | undefined): Promise<void> {
  const { options, env, aws, soap } = stage;
  const stop = new AbortController();
  // Not once: on Ctrl-C the terminal sends the signal, and npm passes on its own a moment later.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const log = createServeLog({
    isTerminal: process.stdout.isTTY && process.env.TERM !== 'dumb' && !options.verbose,
    width,
    write: (text) => process.stdout.write(text),
  });
  let isAnnounced = false;
  const announce = (pace: number) => {
    const aheadMs = (world?.clock.now() ?? Date.now()) - Date.now();
    announceServices({ awsUrl: aws.url, soapUrl: soap?.url, pace, aheadMs });
  };
  const onPace = (pace: number) => isAnnounced && announce(pace);
  const onTick = async (tick: TickLogLine, at: Date) => {
    await log.tick(tick, at, async () => failureDetails(stage, tick));
    if (options.verbose) console.log(styleText('dim', JSON.stringify(tick)));
  };
  const page = world && (await onPort(PAGE_PORT, (port) => servePage({ world, env, port, onTick, onPace })));
  try {
    if (page !== undefined) console.log(`${heading('Watch it in the browser')}\n  ${page.url}`);
    showCommands(stage);
    if (soap !== undefined && options.service === mastersIndia) isAnnounced = showExample(() => announce(1));
    if (options.fault !== undefined) console.log(`\n  From the second tick on this fails: ${options.fault.name}`);
    console.log(heading(`A tick every ${spanText(options.everySeconds)}, until Ctrl-C`));
    await (page === undefined ? tickInProcesses(stage, log, stop.signal) : page.run(stop.signal));
    log.end();
    console.log('\nStopped.');
  } finally {
    withdrawServices();
    await page?.close();
  }
}

function showCommands({ aws, soap, env }: Stage): void {
  const commands = [
    `export AWS_ACCESS_KEY_ID=${env.AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=local`,
    `export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`,
    `aws ${READ_TOKEN}`,
    `aws ${READ_STATUS}`,
    ...(soap === undefined ? [] : [`aws ${putCredentials(withPassword(soap.service.credentials, () => 'wrong'))}`]),
  ];
  console.log(heading('Watch it with the aws command'));
  for (const command of commands) console.log(shellCommand(command, width()));
}

/** Serving goes on without it. @returns whether it can find the services */
function showExample(announce: () => void): boolean {
  console.log(heading('Watch a workload use the token, in another terminal'));
  try {
    announce();
    console.log('  npm run example');
    return true;
  } catch (error) {
    console.log(`  It would look into dist/local-services.json, which cannot be written (${errorName(error)}).`);
    return false;
  }
}

/** Ticks in real time, each in a process of its own, until the signal fires. */
async function tickInProcesses(stage: Stage, log: ServeLog, signal: AbortSignal): Promise<void> {
  const { options, aws, soap } = stage;
  try {
    for (let ticks = 1; ; ticks += 1) {
      if (ticks === 2 && soap !== undefined) await options.fault?.inject(aws, soap, SECRET_ID);
      // Forced once: a failure would else show only when the token is due.
      const event = ticks === 2 && options.fault !== undefined ? { force: true } : {};
      const run = await runTick(stage, event, signal);
      await log.tick(run.tick, new Date(), async () => failureDetails(stage, run.tick, await firstContact(stage, run)));
      if (options.verbose) console.log(styleText('dim', run.output));
      await sleep(options.everySeconds * 1000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What stands below the line of a failed tick. */
function failureDetails({ options, soap }: Stage, tick: TickLogLine, story = failureStory(tick, width())): string {
  if (!tick.code?.startsWith('CREDENTIALS_')) return story;
  const file = options.endpoint?.credentialsFile;
  // Somebody may have changed the password on the page.
  const right = file ?? soap?.service.credentials ?? {};
  const first = file === undefined ? 'The way back' : `The way back, once ${file} is right`;
  return [story, '', `  ${first}:`, shellCommand(`aws ${putCredentials(right)}`, width())].join('\n');
}
