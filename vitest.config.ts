import { defineConfig } from 'vitest/config';

/** No test waits for a machine's pace; these only end what would never end, on a machine with much else to do. */
const NET_MS = 120_000;

export default defineConfig({
  test: {
    testTimeout: NET_MS,
    hookTimeout: NET_MS,
    // CDK compiles a validator of CloudFormation for each process: seconds. One test of the app has it on, and `cdk synth` has.
    env: { CDK_VALIDATION: 'false' },
  },
});
