/** The package's door for CDK apps: `import { TokenRefresher } from 'soap-token-refresher'`. */

export type { ServiceCodes, ServiceProfile, ServiceTiming } from '../lambda/services/profile.ts';
export type { RefreshTiming, Timing } from '../lambda/timing.ts';
export {
  type IRefreshedToken,
  type ReaderRoleProps,
  RefreshedToken,
  type RefreshedTokenOptions,
} from './refreshed-token.ts';
export { RefresherAlarms, type RefresherAlarmsProps } from './refresher-alarms.ts';
export { TokenRefresher } from './token-refresher.ts';
export type { AlarmActions, TokenRefresherProps } from './token-refresher-props.ts';
