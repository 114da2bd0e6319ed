/** The app that `cdk` runs: one stack for each token of cdk.json, and one dashboard for all of them. */
import { App } from 'aws-cdk-lib';
import { SettingsError } from './read-settings.ts';
import { addStacks } from './stacks.ts';

try {
  const app = new App();
  addStacks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
