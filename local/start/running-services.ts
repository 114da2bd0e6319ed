import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
}

/** Written while the services are up, so that nobody has to guess at a port that something else may hold. */
export const SERVICES_FILE = fileURLToPath(new URL('../../dist/local-services.json', import.meta.url));

/** @throws an error of the file system */
export function announceServices(services: RunningServices): void {
  writeFileSync(SERVICES_FILE, JSON.stringify({ ...services, pid: process.pid }));
}

/** Takes the announcement back, unless another process has written its own since. */
export function withdrawServices(): void {
  if (contents(SERVICES_FILE)?.pid === process.pid) rmSync(SERVICES_FILE, { force: true });
}

/** @returns undefined where none run: there is no announcement, or its process has ended. */
export function runningServices(file: string): RunningServices | undefined {
  const services = contents(file);
  return services !== undefined && isAlive(services.pid) ? services : undefined;
}

function contents(file: string): Announcement | undefined {
  try {
    const json = parseJsonObject(readFileSync(file, 'utf8'));
    return isAnnouncement(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

type Announcement = RunningServices & { readonly pid: number };

function isAnnouncement(json: unknown): json is Announcement {
  return isObject(json) && typeof json.awsUrl === 'string' && typeof json.pid === 'number';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
