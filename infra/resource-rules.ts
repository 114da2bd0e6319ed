import { Aws, Token } from 'aws-cdk-lib';
import type { IAlias, IKey } from 'aws-cdk-lib/aws-kms';
import type { Fault } from './fault.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

/** An account and a region, as far as they are known at synth. */
export interface Place {
  readonly account?: string;
  readonly region?: string;
}

/** A resource that a refresher names. */
export interface NamedResource extends Place {
  /** The prop or the setting that names it. */
  readonly name: string;
  readonly arn: string;
}

/** What a refresher names that it does not make itself, and where it stands. */
export interface NamedResources {
  readonly place?: Place;
  readonly secret?: NamedResource;
  /** The key of the credentials' secret. */
  readonly secretKey?: NamedResource;
  /** The key of the token. */
  readonly tokenKey?: NamedResource;
  /** Where alarms go; as a rule topics. */
  readonly alarmTargets?: readonly NamedResource[];
}

/** Where a stack is deployed. Of the account, `cdk` says which one it deploys to, if it knows. */
export function placeOf({ account = Aws.ACCOUNT_ID, region }: Place): Place {
  return knownPlace({ account: Token.isUnresolved(account) ? process.env.CDK_DEFAULT_ACCOUNT : account, region });
}

/** A resource by what its ARN says, or by what CDK knows of where it is. */
export function named(name: string, arn: string, place: Place = {}): NamedResource {
  const [, , , region, account] = arn.split(':');
  return { name, arn, ...knownPlace({ account, region }), ...knownPlace(place) };
}

/** What of it is known at synth. */
export function knownPlace({ account, region }: Place): Place {
  const isKnown = (text: string | undefined) => text !== undefined && text !== '' && !Token.isUnresolved(text);
  return { ...(isKnown(account) && { account }), ...(isKnown(region) && { region }) };
}

/** What a refresher's props name, in a stack of that account and region. */
export function namedResources(
  stack: Place,
  { credentials, credentialsEncryptionKey, encryptionKey }: Partial<TokenRefresherProps>,
): NamedResources {
  return {
    place: placeOf(stack),
    secret: credentials && named('credentials', credentials.secretArn, credentials.env),
    secretKey:
      namedKey('credentials.encryptionKey', credentials?.encryptionKey) ??
      namedKey('credentialsEncryptionKey', credentialsEncryptionKey),
    tokenKey: namedKey('encryptionKey', encryptionKey),
  };
}

/** A key by its own ARN, where CDK knows that. */
export function namedKey(name: string, key: IKey | undefined): NamedResource | undefined {
  const itself = key && keyItself(key);
  return itself && named(name, itself.keyArn, itself.env);
}

/** The key behind an alias, where CDK knows it; the alias itself where it does not. */
export function keyItself(key: IKey): IKey {
  const isAlias = (one: IKey): one is IAlias => 'aliasName' in one;
  if (!isAlias(key)) return key;
  try {
    return key.aliasTargetKey;
  } catch {
    return key;
  }
}

function all({ secret, secretKey, tokenKey, alarmTargets = [] }: NamedResources): readonly NamedResource[] {
  return [...alarmTargets, secret, secretKey, tokenKey].filter((one) => one !== undefined);
}

/** IAM knows a key by its own ARN only. */
export function* aliasFaults(resources: NamedResources): Iterable<Fault> {
  for (const { name, arn } of all(resources)) {
    if (!/:alias\//.test(arn)) continue;
    const value = arn.replace(/^.*:(?=alias\/)/, '');
    yield { names: [name], value, remedy: 'give the key itself: a policy that names its alias allows nothing' };
  }
}

/** An alarm notifies topics of its own region only, and a key or a secret of another one cannot be used by its ARN. */
export function* regionFaults(resources: NamedResources, placed = 'the stack'): Iterable<Fault> {
  let [region, where] = [resources.place?.region, placed];
  for (const { name, arn, region: own } of all(resources)) {
    if (own === undefined) continue;
    if (region !== undefined && own !== region) {
      const value = Token.isUnresolved(arn) ? `one of ${own}` : arn;
      yield { names: [name], value, remedy: `use one of ${region}, the region of ${where}` };
    }
    // Where nobody says where the stack goes, all that it names must at least be of one region.
    if (region === undefined) [region, where] = [own, name];
  }
}

/** AWS's own key lets nobody of another account in, and its policy cannot be changed. */
export function* foreignSecretFaults({ place, secret, secretKey }: NamedResources): Iterable<Fault> {
  if (secret === undefined || secretKey !== undefined || !isForeign(secret, place)) return;
  const remedy = `give its key too: account ${place?.account} can read a secret of another one only under a key that lets it in`;
  yield { names: [secret.name], value: secret.arn, remedy };
}

const KEY_OF_TOPIC =
  ' If it is encrypted, the policy of its key must let cloudwatch.amazonaws.com use kms:Decrypt and kms:GenerateDataKey*.';

/** What the policies of another account must allow, which nobody can check here: the statements, ready to paste. */
export function* foreignWarnings(resources: NamedResources): Iterable<Fault> {
  const { place = {}, secret, secretKey, tokenKey, alarmTargets = [] } = resources;
  const [, partition = 'aws'] = (secret ?? secretKey ?? tokenKey)?.arn.split(':') ?? [];
  const Principal = { AWS: `arn:${partition}:iam::${place.account}:root` };
  const through = (service: string) => ({
    StringEquals: { 'kms:ViaService': `${service}.${place.region ?? '<region>'}.amazonaws.com` },
  });
  const ofKey = (Action: unknown, service: string) => ({ Principal, Action, Condition: through(service) });
  const ofTopic = {
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': place.account } },
  };
  const needed = [
    { one: secret, policy: { Principal, Action: 'secretsmanager:GetSecretValue' } },
    { one: secretKey, policy: ofKey('kms:Decrypt', 'secretsmanager') },
    { one: tokenKey, policy: ofKey(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], 'ssm') },
    ...alarmTargets.map((one) => ({ one, policy: { ...ofTopic, Action: 'sns:Publish', Resource: one.arn } })),
  ];
  for (const { one, policy } of needed) {
    if (one === undefined || !isForeign(one, place)) continue;
    const statement = JSON.stringify({ Effect: 'Allow', Resource: '*', ...policy });
    const remedy = `it belongs to another account than ${place.account}, and its policy must hold this statement: ${statement}.`;
    yield { names: [one.name], value: one.arn, remedy: 'Resource' in policy ? remedy + KEY_OF_TOPIC : remedy };
  }
}

function isForeign({ account }: NamedResource, place: Place | undefined): boolean {
  return account !== undefined && place?.account !== undefined && account !== place.account;
}
