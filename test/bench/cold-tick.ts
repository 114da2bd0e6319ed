/** One cold tick: a fresh process under the Lambda runtime, its init phase, one event, its answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type CpuShare, cpuTimeMs } from './cpu-share.ts';
import { serveRuntimeApi } from './runtime-api.ts';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export type ColdTick = Awaited<ReturnType<typeof coldTick>>;

const TIMEOUT_MS = 60_000;

/**
 * @param cpuShare what the process gets from the event on; left out, all that the machine has
 * @throws when the function fails, or gives no answer in time; with all that it printed.
 */
export async function coldTick(program: Program, cpuShare?: CpuShare) {
  let askedAt = 0;
  const api = await serveRuntimeApi(TIMEOUT_MS, () => {
    limit?.start();
    askedAt = performance.now();
  });
  const startedAt = performance.now();
  const child = spawn(program.command, program.args, {
    env: { ...program.environment, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const pid = requirePid(child);
  const limit = cpuShare?.adopt(pid);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'exit');
  try {
    const exitedEarly = ended.then(() => Promise.reject(new Error('The process ended without an answer.')));
    const answer = await Promise.race([api.answer, exitedEarly]);
    const answeredAt = performance.now();
    return {
      /** From process start to the runtime's request for the event. */
      initMs: askedAt - startedAt,
      /** From the event to the answer. */
      firstAnswerMs: answeredAt - askedAt,
      totalMs: answeredAt - startedAt,
      /** Until the event at full speed. */
      cpuMs: cpuTimeMs(pid),
      peakMemoryMb: peakMemoryMb(pid),
      answer,
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error((await output).join('\n'), { cause: error });
  } finally {
    child.kill('SIGKILL');
    await ended;
    limit?.release();
    await api.close();
  }
}

function requirePid({ pid, spawnfile }: ChildProcess): number {
  if (pid === undefined) throw new Error(`${spawnfile} does not start.`);
  return pid;
}

function peakMemoryMb(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
