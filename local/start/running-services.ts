import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isObject, parseJsonObject } from '../../lambda/parse-json.ts';

/** Where the services of `npm start -- --serve` listen, for another terminal. */
export interface RunningServices {
  readonly awsUrl: string;
  /** Left out where a real service is asked. */
  readonly soapUrl?: string | undefined;
  /** How many times as fast as real time their time passes; 0: it stands still. */
  readonly pace: number;
  /** How far their time is ahead of this machine's. */
  readonly aheadMs: number;
  /** Of the process that keeps them up. */
  readonly pid: number;
}

/** Written while the services are up, so that nobody has to guess at a port that something else may hold. */
export const SERVICES_FILE = new URL('../../dist/local-services.json', import.meta.url);

/** @throws an error of the file system */
export function announceServices(services: Omit<RunningServices, 'pid'>): void {
  writeFileSync(SERVICES_FILE, JSON.stringify({ ...services, pid: process.pid }));
}

/** Takes the announcement back, unless another process has written its own since. */
export function withdrawServices(): void {
  if (runningServices(SERVICES_FILE)?.pid === process.pid) rmSync(SERVICES_FILE, { force: true });
}

/** @returns undefined where none run: there is no announcement, or its process has ended. */
export function runningServices(file: string | URL): RunningServices | undefined {
  try {
    const services = parseJsonObject(readFileSync(file, 'utf8'));
    if (!isAnnouncement(services)) return undefined;
    // Signal 0 is none; it throws where there is no such process.
    process.kill(services.pid, 0);
    return services;
  } catch {
    return undefined;
  }
}

function isAnnouncement(json: unknown): json is RunningServices {
  return isObject(json) && typeof json.awsUrl === 'string' && typeof json.pid === 'number';
}
