import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Profiler, Runtime } from 'node:inspector';
import { SourceMap } from 'node:module';
import { basename, join } from 'node:path';

const PROCESSES = 5;

/** Node's modules that find, read, decode (in `encoding`) and compile (`compileSourceTextModule`) what is imported. */
const LOADER = /^node:internal\/(?:modules\/|encoding$)/;

/** Whose code a source is, the first that matches. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/@(?:aws-sdk|smithy|aws-crypto)\//, 'AWS SDK'],
  [/@aws-lambda-powertools\//, 'Powertools Metrics'],
  [/fast-xml-parser|\/node_modules\//, 'XML parser and other packages'],
  [/(?:^|\/)lambda\//, 'this project'],
];

/**
 * CPU milliseconds of one process until its first event, by whose code ran: the mean of some, in which a build with source
 * maps is loaded as Lambda loads it.
 */
export async function initProfile(
  environment: Readonly<Record<string, string>>,
  scratch: string,
): Promise<ReadonlyMap<string, number>> {
  const build = join(scratch, 'with-source-maps');
  execFileSync(process.execPath, ['infra/bundle/bundle-function.ts', build]);
  const profiles = join(scratch, 'profiles');
  mkdirSync(profiles);
  const load = `await import(${JSON.stringify(join(build, 'handler.mjs'))}); process.exit()`;
  const options = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${profiles}`, '--input-type=module'];
  for (let each = 0; each < PROCESSES; each += 1) {
    execFileSync(process.execPath, [...options, '--eval', load], { env: environment, stdio: 'ignore' });
  }
  const maps = new Map<string, SourceMap>();
  const mapOf = (url: string): SourceMap => {
    const known = maps.get(url) ?? new SourceMap(JSON.parse(readFileSync(join(build, `${basename(url)}.map`), 'utf8')));
    maps.set(url, known);
    return known;
  };
  const ms = new Map<string, number>();
  for (const file of readdirSync(profiles)) {
    const profile: Profiler.Profile = JSON.parse(readFileSync(join(profiles, file), 'utf8'));
    const owners = new Map(profile.nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame, build, mapOf)]));
    for (const [index, id] of profile.samples?.entries() ?? []) {
      const owner = owners.get(id);
      const spentMs = (profile.timeDeltas?.[index] ?? 0) / 1000 / PROCESSES;
      if (owner !== undefined) ms.set(owner, (ms.get(owner) ?? 0) + spentMs);
    }
  }
  return new Map([...ms].sort(([, one], [, other]) => other - one));
}

/** @returns undefined while the process waits */
function ownerOf(
  { functionName, url, lineNumber, columnNumber }: Runtime.CallFrame,
  build: string,
  mapOf: (url: string) => SourceMap,
): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '') return 'native code: compiling, TLS, files';
  if (LOADER.test(url)) return 'loading the bundle';
  if (!url.includes(build)) return "Node's own modules";
  const entry = mapOf(url).findEntry(lineNumber, columnNumber);
  const source = 'originalSource' in entry ? entry.originalSource : '';
  return OWNERS.find(([pattern]) => pattern.test(source))?.[1] ?? 'code of the bundler';
}
