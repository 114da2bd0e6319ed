/**
 * Holds a process to Lambda's share of a core, which goes with its memory: 1,769 MB buy one core, so 256 MB buy
 * 14.5 percent of one. The quota is given out in short periods, as Lambda does.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY_OF_ONE_CORE_MB = 1769;
const PERIOD_MS = 20;

export interface CpuShare {
  /** How the share is held, for people. */
  readonly method: string;
  /** Called right after the process started, while it may still use a whole core. */
  adopt(pid: number): CpuLimit;
}

interface CpuLimit {
  /** From here on the process gets its share only. */
  start(): void;
  /** Called when the process has ended. */
  release(): void;
}

export function findCpuShare(memoryMb: number): CpuShare {
  const quotaMs = (memoryMb / MEMORY_OF_ONE_CORE_MB) * PERIOD_MS;
  return cgroupShare(quotaMs) ?? signalShare(quotaMs);
}

/** CPU milliseconds that the process has used, over all threads that it has. */
export function cpuTimeMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + threadCpuTimeMs(`/proc/${pid}/task/${thread}`), 0);
}

function threadCpuTimeMs(folder: string): number {
  try {
    return Number(readFileSync(join(folder, 'schedstat'), 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0; // It has ended since it was listed.
  }
}

/** The kernel's own CPU quota; undefined where this user may not set one. */
function cgroupShare(quotaMs: number): CpuShare | undefined {
  const [quota, period] = [Math.round(quotaMs * 1000), PERIOD_MS * 1000];
  const hierarchies = [
    {
      method: 'a quota of cgroup v2',
      parent: '/sys/fs/cgroup',
      prefer: (group: string) => write(join(group, 'cpu.weight'), '10000'),
      limit: (group: string) => write(join(group, 'cpu.max'), `${quota} ${period}`),
    },
    {
      method: 'a quota of cgroup v1',
      parent: '/sys/fs/cgroup/cpu',
      prefer: (group: string) => write(join(group, 'cpu.shares'), '262144'),
      limit: (group: string) => {
        write(join(group, 'cpu.cfs_period_us'), String(period));
        write(join(group, 'cpu.cfs_quota_us'), String(quota));
      },
    },
  ];
  for (const { method, parent, prefer, limit } of hierarchies) {
    const makeGroup = (name: string) => {
      const group = join(parent, `bench-${name}`);
      mkdirSync(group);
      return group;
    };
    try {
      const trial = makeGroup(`trial-${process.pid}`);
      try {
        limit(trial);
      } finally {
        rmdirSync(trial);
      }
    } catch {
      continue;
    }
    return {
      method,
      adopt: (pid) => {
        const group = makeGroup(String(pid));
        // The quota alone is to hold it back, not what else this machine does.
        prefer(group);
        write(join(group, 'cgroup.procs'), String(pid));
        return { start: () => limit(group), release: () => rmdirSync(group) };
      },
    };
  }
  return undefined;
}

/** Never creates the file: where there is no such hierarchy, the folder may still be an ordinary one. */
function write(file: string, text: string): void {
  writeFileSync(file, text, { flag: 'r+' });
}

/** Without a right to quotas: the process is stopped by a signal whenever it has used up a period's share. */
function signalShare(quotaMs: number): CpuShare {
  return {
    method: 'stop signals (no right to set a cgroup quota), which is coarser',
    adopt: (pid) => {
      let timer: NodeJS.Timeout | undefined;
      let budgetMs = 0;
      let seenMs = 0;
      let stopped = false;
      let lastTick = 0;
      const govern = (): void => {
        if (!existsSync(`/proc/${pid}/task`)) return;
        const [now, used] = [performance.now(), cpuTimeMs(pid)];
        // What is not used within a period is lost, as with a quota; what was overdrawn is paid back.
        budgetMs = Math.min(quotaMs, budgetMs + ((now - lastTick) / PERIOD_MS) * quotaMs) - Math.max(0, used - seenMs);
        [lastTick, seenMs] = [now, used];
        if (stopped === budgetMs > 0) {
          process.kill(pid, stopped ? 'SIGCONT' : 'SIGSTOP');
          stopped = !stopped;
        }
      };
      return {
        start: () => {
          [budgetMs, seenMs, lastTick] = [quotaMs, cpuTimeMs(pid), performance.now()];
          timer = setInterval(govern, 1);
        },
        release: () => clearInterval(timer),
      };
    },
  };
}
