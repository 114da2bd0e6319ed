import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Scenario } from './model/scenario.ts';
import type { Summary, Task } from './trial.ts';

let workers: readonly Worker[] | undefined;

/** Runs every task on as many threads as the machine has cores; the summaries come in the tasks' order. */
export async function runAll(tasks: readonly Task[]): Promise<readonly Summary[]> {
  workers ??= Array.from({ length: availableParallelism() }, () => new Worker(new URL('worker.ts', import.meta.url)));
  const summaries: Summary[] = new Array(tasks.length);
  const remaining = tasks.entries();
  await Promise.all(
    workers.map(async (worker) => {
      for (const [index, task] of remaining) {
        worker.postMessage(task);
        [summaries[index]] = await once(worker, 'message');
      }
    }),
  );
  return summaries;
}

/** This project alone, in each scenario. */
export async function runOwn(scenarios: readonly Scenario[]): Promise<readonly Summary[]> {
  return await runAll(scenarios.map((scenario) => ({ strategy: 'this project', scenario })));
}
