import { mastersIndia } from '../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../lambda/services/profile.ts';
import { serviceOf } from '../lambda/services/service.ts';
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
