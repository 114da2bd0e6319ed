import { parentPort, workerData } from 'node:worker_threads';
import type { Scenario } from './model/scenario.ts';
import { summarise } from './summary.ts';
import { type StrategyName, type Templates, tryOut } from './trial.ts';

/** Which month of which strategy to run. */
export interface Task {
  readonly strategy: StrategyName;
  readonly scenario: Scenario;
}

const { templates }: { readonly templates: Templates } = workerData;

parentPort?.on('message', async ({ strategy, scenario }: Task) => {
  parentPort?.postMessage(summarise(strategy, await tryOut(strategy, scenario, templates)));
});
