import { parentPort } from 'node:worker_threads';
import type { Scenario } from './model/scenario.ts';
import type { StrategyName } from './strategies.ts';
import { summaryOf } from './trial.ts';

/** Which month of which strategy to run. */
export interface Task {
  readonly strategy: StrategyName;
  readonly scenario: Scenario;
}

parentPort?.on('message', async ({ strategy, scenario }: Task) => {
  parentPort?.postMessage(await summaryOf(strategy, scenario));
});
