import { styleText } from 'node:util';
import { shownAddress } from '../first-contact/shown-address.ts';
import { REGION } from '../world/aws/aws-account.ts';
import { firstContact, profileHints } from './explain.ts';
import { heading, tickStory, warningLine, width } from './narrative.ts';
import type { Options } from './options.ts';
import { SECRET_ID } from './secret.ts';
import { READ_TOKEN, shellCommand } from './shell-command.ts';
import { openStage, runTick, type Stage, showStage, TOKEN_PARAMETER_NAME } from './stage.ts';

/**
 * Two ticks show the whole idea: the first gets a token, the second leaves it alone, or shows a fault.
 * @returns the exit status
 */
export async function showTwoTicks(options: Options, secretString: string): Promise<number> {
  const stage = await openStage(options);
  try {
    stage.aws.perform('CreateSecret', { Name: SECRET_ID, SecretString: secretString });
    showStage(stage);
    return (await showTicks(stage)) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** @returns whether no tick failed */
async function showTicks(stage: Stage): Promise<boolean> {
  const { options, aws, soap, env } = stage;
  const { endpoint, fault } = options;
  console.log(heading(`First tick: ${endpoint === undefined ? '' : 'AWS is local, and '}nothing is stored yet`));
  if (!(await showTick(stage, {}))) return false;

  if (fault !== undefined && soap !== undefined) {
    await fault.inject(aws, soap, SECRET_ID);
    console.log(heading(`Second tick: forced, and this fails: ${fault.name}`));
    const retries = '  What may heal is tried again, here for up to 15 s, in the cloud for most of a minute.';
    console.log(styleText('dim', retries));
    return await showTick(stage, { force: true });
  }
  console.log(heading('Second tick: there is a token'));
  if (!(await showTick(stage, {}))) return false;

  console.log(heading('Read the token'));
  const key = `AWS_ACCESS_KEY_ID=${env.AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=local`;
  console.log(shellCommand(`${key} aws --endpoint-url ${aws.url} --region ${REGION} ${READ_TOKEN}`, width()));
  console.log(styleText('dim', '  The command works while the services are up: npm start -- --serve'));
  return true;
}

/** @returns whether it did not fail */
async function showTick(stage: Stage, event: object): Promise<boolean> {
  const { aws, soap, endpointUrl, options } = stage;
  const requestsBefore = soap?.calls.length ?? 0;
  const run = await runTick(stage, event);
  const scene = {
    endpoint: shownAddress(endpointUrl),
    credentialsFile: options.endpoint?.credentialsFile,
    requests: soap && soap.calls.length - requestsBefore,
    token: aws.parameters.parameter(TOKEN_PARAMETER_NAME)?.value,
    width: width(),
    failure: await firstContact(stage, run),
  };
  console.log(tickStory(run.tick, scene));
  const hasFailed = run.tick.outcome === 'failed';
  for (const hint of hasFailed ? [] : profileHints(stage, run)) console.log(warningLine(hint, width()));
  if (options.verbose) console.log(styleText('dim', `\n${run.output}`));
  return !hasFailed;
}
