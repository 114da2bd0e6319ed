import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { timingOfProps } from '../timing-props.ts';
import { DashboardStack } from './dashboard-stack.ts';
import { readSettings } from './read-settings.ts';
import { sharedTags } from './stack-tags.ts';
import { TokenRefresherStack } from './token-refresher-stack.ts';

/**
 * Fills the app with what the context describes, and has every synth checked by cdk-nag.
 * @throws SettingsError that lists everything that is wrong with the context.
 */
export function addStacks(app: App): void {
  const settings = readSettings(app.node.getAllContext());
  for (const token of settings.tokens) new TokenRefresherStack(app, token, settings);
  if (settings.hasDashboard) {
    const watched = settings.tokens.map((token) => ({
      parameterName: token.tokenParameterName,
      timing: timingOfProps(token),
      credentialsMaxAge: token.credentialsMaxAge,
    }));
    new DashboardStack(app, watched, settings, sharedTags(settings.tokens.map(({ tags }) => tags)));
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
