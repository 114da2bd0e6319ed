/**
 * The cold tick, measured: `npm run bench`, or `npm run bench -- --rounds 21` for steadier figures. Writes the figures of
 * docs/performance.md.
 *
 * Ticks are far enough apart for every one to be a cold start, so what counts is the time from process start to answer
 * at Lambda's CPU share. Each round runs every case once, one after the other; ratios are taken within a round, where
 * the machine was equally busy for both.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { markdownTable } from '../markdown-table.ts';
import { writeBetweenMarkers } from '../markers.ts';
import { type Case, type CaseKey, casesAfterFirstTick, refreshing, SETTINGS } from './cases.ts';
import { type ColdTick, coldTick } from './cold-tick.ts';
import { type CpuShare, findCpuShare } from './cpu-share.ts';
import { AWS_LATENCY_MS, SOAP_LATENCY_MS, startEndpoints } from './endpoints.ts';
import { initProfile } from './init-profile.ts';
import { loadedCodeBytes } from './loaded-code.ts';
import { judge, type Measured, type Results, targetsTable, ticksTable } from './report.ts';
import { MEMORY_MB, makeVariants } from './variants.ts';

const PAGE = 'docs/performance.md';
/** After a process was killed, the machine still works on its end. */
const SETTLING_MS = 100;
const folder = import.meta.dirname;
process.chdir(join(folder, '../..'));
const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });

installOnFirstUse();
execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
const endpoints = await startEndpoints(SETTINGS.CREDENTIALS_SECRET_ID, scratch);
try {
  await bench(Number(options.rounds), findCpuShare(MEMORY_MB));
} finally {
  await endpoints.close();
  rmSync(scratch, { recursive: true });
}

async function bench(rounds: number, cpuShare: CpuShare): Promise<void> {
  const circumstances = [
    `Node ${process.version} on ${cpus().length} × ${cpus()[0]?.model.trim()}`,
    `${MEMORY_MB} MB: from the first event on, the process is held to its CPU share by ${cpuShare.method}`,
    `AWS answers after ${AWS_LATENCY_MS} ms, the SOAP service after ${SOAP_LATENCY_MS} ms, all behind TLS`,
    `medians of ${rounds} interleaved rounds`,
  ];
  console.log(`${circumstances.join('\n')}\n`);

  const environment = lambdaEnvironment();
  const variants = await makeVariants(scratch, environment);
  if (variants.python === undefined) console.log('Python is left out: there is no python3 with boto3.\n');
  await tick(refreshing(variants.ours, endpoints), cpuShare);
  const results = await measure(casesAfterFirstTick(variants, endpoints), rounds, cpuShare);
  const targets = judge(results);
  const tables = { 'cold tick': ticksTable(results), targets: targetsTable(targets) };
  console.log(`${tables['cold tick']}\n\n${tables.targets}\n`);

  const spent = [...(await initProfile(environment, scratch))].map(([owner, ms]) => [owner, ms.toFixed(0)]);
  const initTable = markdownTable(['until the first event', 'CPU ms'], spent, { figures: true });
  console.log(`${initTable}\n`);

  await writeBetweenMarkers(PAGE, 'bench', {
    ...tables,
    init: initTable,
    circumstances: circumstances.map((line) => `- ${line}`).join('\n'),
  });
  console.log(`Written to ${PAGE}.`);
  if (targets.some(({ measured, atMost }) => measured > atMost)) process.exitCode = 1;
}

async function measure(cases: ReadonlyMap<CaseKey, Case>, rounds: number, cpuShare: CpuShare): Promise<Results> {
  // Not counted: it only fills the page cache, and Python's cache of compiled modules.
  for (const each of cases.values()) await tick(each, cpuShare);

  const ticks = new Map<CaseKey, ColdTick[]>([...cases.keys()].map((key) => [key, []]));
  for (let round = 0; round < rounds; round += 1) {
    // There and back, so that no case always has the same one before it.
    const order = round % 2 === 0 ? [...cases] : [...cases].reverse();
    for (const [key, each] of order) ticks.get(key)?.push(await tick(each, cpuShare));
  }
  const results = new Map<CaseKey, Measured>();
  for (const [key, { name, variant, prepare }] of cases) {
    prepare();
    const loadedBytes = variant.isNode ? await loadedCodeBytes(variant.program, scratch) : undefined;
    results.set(key, { name, bundleBytes: variant.bundleBytes, loadedBytes, ticks: ticks.get(key) ?? [] });
  }
  return results;
}

async function tick({ name, variant, prepare, isDone }: Case, cpuShare: CpuShare): Promise<ColdTick> {
  prepare();
  await setTimeout(SETTLING_MS);
  const done = await coldTick(variant.program, cpuShare);
  if (!isDone(done.answer)) throw new Error(`${name}: the tick did not do what it is timed for.`);
  return done;
}

/** What Lambda sets, with invented credentials, and where to find the local services instead of AWS. */
function lambdaEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    // The AWS settings of whoever runs this stay out of it.
    HOME: scratch,
    TZ: ':UTC',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_MB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
    AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManagerUrl,
    AWS_ENDPOINT_URL_SSM: endpoints.ssmUrl,
    NODE_EXTRA_CA_CERTS: endpoints.certificateFile,
    // The same for boto3 and for urllib, which read all authorities anew for every client, as they do in Lambda.
    AWS_CA_BUNDLE: endpoints.authoritiesFile,
    SSL_CERT_FILE: endpoints.authoritiesFile,
    ...SETTINGS,
    TOKEN_ENDPOINT: endpoints.soapUrl,
  };
}

/** Lambda's runtime interface client is compiled here, against the headers of the very Node that runs the bench. */
function installOnFirstUse(): void {
  if (existsSync(join(folder, 'node_modules/aws-lambda-ric'))) return;
  console.log(
    'Installing and compiling what the bench alone needs (a minute; needs cmake, make, a C++ compiler, Python)…',
  );
  const nodeFolder = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(nodeFolder, 'include/node/node_api.h'));
  execFileSync('npm', ['ci', '--prefix', folder], {
    stdio: 'inherit',
    env: { ...process.env, ...(hasHeaders && { npm_config_nodedir: nodeFolder }) },
  });
}
