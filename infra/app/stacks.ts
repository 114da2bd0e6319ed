import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { timingOf } from '../timing.ts';
import { DashboardStack } from './dashboard-stack.ts';
import { readSettings } from './settings.ts';
import { TokenRefresherStack } from './token-refresher-stack.ts';

/**
 * Fills the app with what the context `tokens` describes, and has every synth checked by cdk-nag.
 * @throws SettingsError that lists everything that is wrong with the context.
 */
export function addStacks(app: App): void {
  const tokens = readSettings(app.node.tryGetContext('tokens'));
  for (const settings of tokens) new TokenRefresherStack(app, settings);
  new DashboardStack(
    app,
    tokens.map((settings) => ({ parameterName: settings.tokenParameterName, timing: timingOf(settings) })),
  );
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
