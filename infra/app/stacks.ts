import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addDashboards } from './dashboard-stack.ts';
import { addMailTopics, mailAddresses } from './mail-stack.ts';
import { readSettings } from './read-settings.ts';
import { TokenRefresherStack } from './token-refresher-stack.ts';

/**
 * Fills the app with what the context describes, and has every synth checked by cdk-nag.
 * @throws SettingsError that lists everything that is wrong with the context.
 */
export function addStacks(app: App): void {
  const settings = readSettings(app.node.getAllContext());
  const mail = addMailTopics(app, settings);
  for (const token of settings.tokens) {
    const stack = new TokenRefresherStack(app, token, settings);
    // An alarm may name a topic that is not there yet, but nobody would get its first mail.
    if (mail !== undefined && mailAddresses([token]).length > 0) stack.addStackDependency(mail);
  }
  if (settings.hasDashboard) addDashboards(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
