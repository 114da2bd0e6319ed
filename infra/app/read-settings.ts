import type { z } from 'zod';
import { UsageError } from '../../cli/command-line.ts';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { isObject } from '../../lambda/parse-json.ts';
import { type Fault, faultList } from '../fault.ts';
import { type OtherRefresher, propFaults } from '../prop-rules.ts';
import { type NamedResources, named, type Place, placeOf } from '../resource-rules.ts';
import { APP, type AppSettings, stackName } from './settings.ts';

/** What is wrong with cdk.json, for the person who wrote it: no stack trace helps there. */
export class SettingsError extends UsageError {}

type Json = Readonly<Record<string, unknown>>;
type Parsed = z.output<typeof APP>;
type Issue = z.core.$ZodIssue | z.core.$ZodRawIssue;

/**
 * Reads the context of cdk.json, into which `--context` puts its own.
 * @throws SettingsError that names a stage which does not exist, or else lists every fault of the app and of every token.
 */
export function readSettings(context: Json): AppSettings {
  const stage = chosenStage(context);
  const merged = withStage(context, stage);
  const compared: Fault[] = [];
  // Rules that compare settings look at those that can be read, so that one list holds all that is wrong.
  const schema = APP.superRefine((app, { issues }) => void compared.push(...comparisonFaults(app, issues)), {
    when: () => true,
  });
  const { data, error } = schema.safeParse(merged, { reportInput: true });
  const faults = [
    ...(error?.issues ?? []).flatMap(issueFaults),
    ...misspeltKeys(context),
    ...strangeTokens(context),
    ...compared,
  ].map((fault): Fault => ({ ...fault, names: [standsAt(fault.names[0], stage, context)] }));
  if (data === undefined || faults.length > 0) {
    // What is wrong with the chosen stage is wrong with what was made of it, too.
    const each = new Map(faults.map((fault) => [`${fault.names[0]}: ${fault.remedy}`, fault]));
    throw new SettingsError(faultList('cdk.json, context', [...each.values()]) + stageHint(context));
  }
  const { prefix = '', dashboard, account, region } = data;
  const tokens = Object.entries(data.tokens).map(([name, token]) => ({ ...token, name }));
  return { prefix, hasDashboard: dashboard === undefined, env: { account, region }, tokens };
}

/** The entry of `stages` that the context chooses; empty where it chooses none. */
function chosenStage({ stage, stages }: Json): Json {
  if (typeof stage !== 'string') return {};
  const names = keysOf(stages);
  if (names.includes(stage)) return objectAt(stages, stage);
  // Alone, and in one line: what else may be wrong depends on the stage.
  const among = names.length === 0 ? 'the context of cdk.json describes no "stages"' : `there are ${names.join(', ')}`;
  throw new SettingsError(`There is no stage "${stage}": ${among}${didYouMean(stage, names, '; ')}`);
}

/** The context with the settings of the stage laid over it. */
function withStage({ tokens, prefix, dashboard, stages, stage }: Json, settings: Json): Json {
  const app = { prefix, dashboard, stages, stage, ...settings };
  const path = typeof app.prefix === 'string' && app.prefix !== '' ? `/${app.prefix}` : '';
  const whole = ([name, token]: [string, unknown]): [string, unknown] => {
    if (!isObject(token)) return [name, token];
    return [name, { tokenParameterName: `${path}/${name}/access-token`, ...token, ...objectAt(settings.tokens, name) }];
  };
  return { ...app, tokens: isObject(tokens) ? Object.fromEntries(Object.entries(tokens).map(whole)) : tokens };
}

/** Where a setting stands: in the stage, if that says it. */
function standsAt(path: string, settings: Json, { stage }: Json): string {
  const [first = '', token = '', setting = ''] = path.split('.');
  const isOwn =
    first === 'tokens' ? Object.hasOwn(objectAt(settings.tokens, token), setting) : Object.hasOwn(settings, first);
  return isOwn ? `stages.${stage}.${path}` : path;
}

/** What a stage says of tokens that are described nowhere reaches nothing. */
function* strangeTokens({ stages, tokens }: Json): Iterable<Fault> {
  const known = keysOf(tokens);
  for (const stage of keysOf(stages)) {
    const described = objectAt(objectAt(stages, stage), 'tokens');
    for (const name of Object.keys(described).filter((token) => !known.includes(token))) {
      const remedy = `there is no such token in the context "tokens"${didYouMean(name, known, '; ') || '; describe it there'}`;
      yield { names: [`stages.${stage}.tokens.${name}`], value: described[name], remedy };
    }
  }
}

/** What is missing may stand in a stage that nobody chose. */
function stageHint({ stage, stages }: Json): string {
  const names = keysOf(stages);
  if (stage !== undefined || names.length === 0) return '';
  return `\nNo stage is chosen. Should it be one? --context stage=${names.join(' or stage=')}`;
}

/** The context holds much that is not ours, so only what looks like one of ours is refused. */
function* misspeltKeys(context: Json): Iterable<Fault> {
  const known = Object.keys(APP.shape).filter((key) => key !== 'account' && key !== 'region');
  for (const [key, value] of Object.entries(context)) {
    if (known.includes(key) || !/^[A-Za-z]+$/.test(key)) continue;
    const meant = didYouMean(key, known, '; ');
    if (meant !== '') yield { names: [key], value, remedy: `there is no such setting${meant}` };
  }
}

/** What zod found, each fault at its dotted path. */
function issueFaults(issue: z.core.$ZodIssue): readonly Fault[] {
  const { path, input, message } = issue;
  const place = path.join('.');
  if (issue.code === 'invalid_key') {
    return [{ names: [place], value: path.at(-1), remedy: issue.issues[0]?.message ?? message }];
  }
  if (issue.code !== 'unrecognized_keys') return [{ names: [place], value: input, remedy: message }];
  return issue.keys.map((key) => {
    const remedy = `there is no such setting${didYouMean(key, message.split(' '), '; ') || '; remove it'}`;
    return { names: [`${place}.${key}`], value: isObject(input) ? input[key] : undefined, remedy };
  });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const MAX_STACK_NAME_LENGTH = 128;

/**
 * What is wrong with settings that could be read, but do not go together.
 * @param issues of those that could not be read
 */
function* comparisonFaults(app: Parsed, issues: readonly Issue[]): Iterable<Fault> {
  const { prefix, account, region, tokens } = app;
  const others: OtherRefresher[] = [];
  const isPlaceKnown = !issues.some(({ path: [first] = [] }) => first === 'account' || first === 'region');
  const place = isPlaceKnown ? placeOf({ account, region }) : {};
  for (const name of keysOf(tokens)) {
    const stack = stackName(prefix ?? '', name);
    if (stack.length > MAX_STACK_NAME_LENGTH) {
      const remedy = `make it or the prefix shorter: the stack would be called ${stack}, and CloudFormation takes ${MAX_STACK_NAME_LENGTH} characters`;
      yield { names: [`tokens.${name}`], value: name, remedy };
    }
    if (!isObject(tokens[name])) continue;
    const unreadable = issues.flatMap((issue) => settingsOf(name, issue));
    const token = { ...tokens[name] };
    for (const setting of unreadable) Reflect.deleteProperty(token, setting);
    const faults = propFaults({ ...token, resources: resourcesOf(token, place), others }, unreadable);
    const { tokenParameterName, credentialsSecretArn: secretArn } = token;
    if (tokenParameterName !== undefined) others.push({ where: `tokens.${name}`, tokenParameterName, secretArn });
    for (const fault of faults) yield { ...fault, names: [`tokens.${name}.${fault.names[0]}`] };
  }
}

/** The settings of this token that an issue is about. */
function settingsOf(token: string, { path = [], ...issue }: Issue): readonly string[] {
  const [first, name, setting] = path;
  if (first !== 'tokens' || name !== token) return [];
  if (setting !== undefined) return [String(setting)];
  return issue.code === 'unrecognized_keys' && Array.isArray(issue.keys) ? issue.keys : [];
}

/** What a token names, by the settings that name it. */
function resourcesOf(token: Partial<Parsed['tokens'][string]>, place: Place): NamedResources {
  const { alarmActions = 'none', credentialsSecretArn, credentialsKeyArn, encryptionKeyArn } = token;
  const resource = (name: string, arn: string | undefined) => (arn === undefined ? undefined : named(name, arn));
  const targets = Object.entries(alarmActions === 'none' ? {} : alarmActions);
  return {
    place,
    secret: resource('credentialsSecretArn', credentialsSecretArn),
    secretKey: resource('credentialsKeyArn', credentialsKeyArn),
    tokenKey: resource('encryptionKeyArn', encryptionKeyArn),
    alarmTargets: targets.flatMap(([name, target]) =>
      'topicArn' in target ? [named(`alarmActions.${name}`, target.topicArn)] : [],
    ),
  };
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** The object under that name, or one without keys. */
function objectAt(value: unknown, name: string): Json {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : {};
}
