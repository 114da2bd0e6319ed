/**
 * Holds a process to Lambda's share of a core, which goes with its memory: 1,769 MB buy one core, so 256 MB buy
 * 14.5 percent of one. The quota is given out in short periods, as Lambda does.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY_OF_ONE_CORE_MB = 1769;
const PERIOD_US = 20_000;

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

export type CpuShare = ReturnType<typeof findCpuShare>;

/** The kernel's own CPU quota. @throws where this user may not set one */
export function findCpuShare(memoryMb: number) {
  const quotaUs = Math.round((memoryMb / MEMORY_OF_ONE_CORE_MB) * PERIOD_US);
  // The quota alone is to hold a process back, not what else this machine does: so it is preferred as well.
  const hierarchies = [
    {
      version: 'v2',
      parent: '/sys/fs/cgroup',
      preference: { 'cpu.weight': 10_000 },
      limit: { 'cpu.max': `${quotaUs} ${PERIOD_US}` },
    },
    {
      version: 'v1',
      parent: '/sys/fs/cgroup/cpu',
      preference: { 'cpu.shares': 262_144 },
      limit: { 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': quotaUs },
    },
  ];
  for (const { version, parent, preference, limit } of hierarchies) {
    /** Called right after the process started, while it may still use a whole core. */
    const adopt = (pid: number) => {
      const group = join(parent, `bench-${pid}`);
      mkdirSync(group);
      /** From here on the process gets its share only. */
      const start = () => set(group, limit);
      /** Called when the process has ended. */
      const release = () => rmdirSync(group);
      set(group, { ...preference, 'cgroup.procs': pid });
      return { start, release };
    };
    if (isWritable(parent, limit)) return { method: `a quota of cgroup ${version}`, adopt };
  }
  throw new Error(
    'The CPU share needs the right to set a cgroup quota: run this as root, where /sys/fs/cgroup is writable.',
  );
}

function isWritable(parent: string, limit: object): boolean {
  const trial = join(parent, `bench-trial-${process.pid}`);
  try {
    mkdirSync(trial);
    set(trial, limit);
    return true;
  } catch {
    return false;
  } finally {
    if (existsSync(trial)) rmdirSync(trial);
  }
}

/** Never creates a file: where there is no such hierarchy, the folder may still be an ordinary one. */
function set(group: string, settings: object): void {
  for (const [file, value] of Object.entries(settings)) writeFileSync(join(group, file), `${value}`, { flag: 'r+' });
}
