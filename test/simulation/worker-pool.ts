import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Summary } from './summary.ts';
import type { Templates } from './trial.ts';
import type { Task } from './worker.ts';

/** Runs every task on as many threads as the machine has cores; the summaries come in the tasks' order. */
export async function runAll(tasks: readonly Task[], templates: Templates): Promise<readonly Summary[]> {
  const summaries: Summary[] = new Array(tasks.length);
  const remaining = tasks.entries();
  const runOne = async () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: { templates } });
    try {
      for (const [index, task] of remaining) {
        summaries[index] = await new Promise<Summary>((resolve, reject) => {
          worker.once('message', resolve).once('error', reject).postMessage(task);
        });
        worker.removeAllListeners('error');
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, runOne));
  return summaries;
}
