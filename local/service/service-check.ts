import type { GivenProfile } from '../../infra/app/read-profile.ts';
import { timingOfProps } from '../../infra/timing-props.ts';
import { tokenExpiry } from '../../lambda/refresher/rules/token-expiry.ts';
import { judge } from '../../lambda/services/judge.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { type Service, serviceOf } from '../../lambda/services/service.ts';
import type { SoapReply } from '../../lambda/soap/soap-reply.ts';
import { durationText, type Timing } from '../../lambda/timing.ts';
import { codeHint, lifetimeHint, pathHints } from '../world/profile-hints.ts';

/** One answer that somebody has in a file. */
export interface NamedAnswer extends SoapReply {
  readonly name: string;
}

/**
 * Says what the secret must hold, the timing, what would be sent, its fields masked, and how each answer is judged; or every
 * fault of the profile.
 * @param at milliseconds since the epoch: when the answers came
 */
export function reportService(given: GivenProfile, answers: readonly NamedAnswer[], at: number) {
  const { profile, faults } = given;
  if (profile === undefined) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    return { lines: [`The profile has ${count}:`, ...faults.map(listed)], isUsable: false };
  }
  const service = serviceOf(profile);
  const timing = timingOfProps({ service: profile });
  const warnings = [...given.warnings, ...hints(codeHint(profile))];
  const lines = [
    ...(warnings.length === 0 ? [] : ['Look at:', ...warnings.map(listed), '']),
    'The secret must hold, as JSON:',
    `  ${JSON.stringify(Object.fromEntries(service.fields.map(({ name }) => [name, '...'])))}`,
    '',
    ...timingLines(timing, profile.timing?.loginsPerDay),
    '',
    'What would be sent, each field of the secret as [its name]:',
    ...requestLines(service, at),
    ...answers.flatMap((answer) => ['', ...answerLines(profile, answer, at, timing)]),
  ];
  return { lines, isUsable: true };
}

function listed(text: string): string {
  return `  - ${text}`;
}

/** What `timing` says, with the construct's defaults, and what comes of it. */
function timingLines(timing: Timing, loginsPerDay = Number.POSITIVE_INFINITY): readonly string[] {
  const { tokenLifetimeSeconds, checkEverySeconds, renewalWindowSeconds, replacedAfterSeconds } = timing;
  const isAtExpiry = renewalWindowSeconds === 0;
  const [lifetime, checkEvery] = [durationText(tokenLifetimeSeconds), durationText(checkEverySeconds)];
  const logins = Math.ceil(86_400 / replacedAfterSeconds);
  const when = isAtExpiry
    ? `at its end, so that readers have no token for up to ${checkEvery}`
    : `${durationText(replacedAfterSeconds)} after its login`;
  const ration = Number.isFinite(loginsPerDay)
    ? `the service allows ${loginsPerDay}, of which one is kept for a person.`
    : 'the profile names no ration (timing.loginsPerDay).';
  const isTooTight = !isAtExpiry && replacedAfterSeconds + 2 * checkEverySeconds > tokenLifetimeSeconds;
  return [
    `A token lives ${lifetime} where its answer says nothing else; it is renewed ${when}. The function looks every ${checkEvery}.`,
    `That is ${logins === 1 ? 'one login' : `${logins} logins`} a day; ${ration}`,
    isTooTight &&
      'Refused at synth: one failed check could let the token end. Make checkEvery or refreshEvery shorter.',
    logins > loginsPerDay - 2 && 'Refused at synth: two logins of the ration must be left. Make refreshEvery longer.',
  ].filter((line) => line !== false);
}

function requestLines(service: Service, at: number): readonly string[] {
  const masked = Object.fromEntries(service.fields.map(({ name }) => [name, `[${name}]`]));
  const context = { now: at, uuid: '00000000-0000-4000-8000-000000000000', endpoint: 'https://endpoint.example' };
  const { headers, body } = service.request(masked, context);
  const head = Object.entries(headers).map(([name, text]) => `${name}: ${text}`);
  return ['POST', ...head, '', ...body.split('\n')].map((line) => `  ${line}`);
}

function answerLines(profile: ServiceProfile, reply: NamedAnswer, at: number, timing: Timing) {
  const answer = judge(profile, reply);
  const subject = `${reply.name} (HTTP ${reply.status}):`;
  const lost = pathHints(profile, reply).map(listed);
  if ('code' in answer) return [`${subject} ${answer.code}`, `  ${answer.why}`, ...lost];
  const { accessToken, end } = answer;
  const expiry = tokenExpiry(end, at, timing.tokenLifetimeSeconds);
  if (typeof expiry === 'string') return [`${subject} REPLY_MALFORMED`, `  ${expiry}`, ...lost];
  const livesSeconds = 'in' in end ? end.in : 'at' in end ? (end.at - at) / 1000 : timing.tokenLifetimeSeconds;
  return [
    `${subject} token`,
    `  a token of ${accessToken.length} characters, until ${new Date(expiry.expiresAt).toISOString()}`,
    ...hints(expiry.warning, lifetimeHint(timing, livesSeconds)).map(listed),
    ...lost,
  ];
}

function hints(...found: readonly (string | undefined)[]): readonly string[] {
  return found.filter((hint) => hint !== undefined);
}
