import { parentPort } from 'node:worker_threads';
import { summaryOf, type Task } from './trial.ts';

parentPort?.on('message', async (task: Task) => {
  parentPort?.postMessage(await summaryOf(task));
});
