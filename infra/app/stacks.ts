import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addDashboards } from './dashboard-stack.ts';
import { readSettings } from './read-settings.ts';
import { TokenRefresherStack } from './token-refresher-stack.ts';

/**
 * Fills the app with what the context describes, and has every synth checked by cdk-nag.
 * @throws SettingsError that lists everything that is wrong with the context.
 */
export function addStacks(app: App): void {
  const settings = readSettings(app.node.getAllContext());
  for (const token of settings.tokens) new TokenRefresherStack(app, token, settings);
  if (settings.hasDashboard) addDashboards(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
