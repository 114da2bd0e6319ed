import { Token } from 'aws-cdk-lib';
import { mastersIndia } from '../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../lambda/services/profile.ts';
import { serviceOf } from '../lambda/services/service.ts';
import type { Fault } from './fault.ts';
import { secondsOf, type TimingProps, timingOfProps } from './timing-props.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

type PlainProps = TimingProps & Partial<Pick<TokenRefresherProps, 'loginsPerDay' | 'proxy' | 'credentialsMaxAge'>>;

/** The function's settings as the props give them: those of the same name, and these. Secret and key are the stack's. */
export function functionSettings<Props extends PlainProps>(props: Props) {
  const { service: profile, loginsPerDay = profile?.timing?.loginsPerDay, proxy: proxyUrl, credentialsMaxAge } = props;
  const credentialsMaxAgeSeconds = secondsOf(credentialsMaxAge);
  return { ...props, ...timingOfProps(props), profile, loginsPerDay, proxyUrl, credentialsMaxAgeSeconds };
}

/** Where a person puts the credentials: the secret's JSON, its values left open. */
export function credentialsTemplate(service: ServiceProfile = mastersIndia): string {
  return JSON.stringify(Object.fromEntries(serviceOf(service).fields.map(({ name }) => [name, '...'])));
}

/** Lambda allows 4 KB for all variables together. */
const MAX_VARIABLES_BYTES = 4096;
/** The longest ARN that may stand for one that is known when deploying only. */
const ARN_CHARACTERS = 200;

/** @returns what is wrong with the function's variables, all of them together */
export function* variablesFaults(environment: Readonly<Record<string, string>>): Iterable<Fault> {
  const whole = Object.entries(environment).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? 'x'.repeat(ARN_CHARACTERS) : value,
  ]);
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(whole)));
  if (bytes > MAX_VARIABLES_BYTES) {
    const remedy = `shorten the profile: the function's variables take ${bytes} bytes, and Lambda allows ${MAX_VARIABLES_BYTES}`;
    yield { names: ['service'], remedy };
  }
}
