/**
 * Installs the packed package into empty projects and runs them: `npm run consumers`, with `-- --quick` four of them, the
 * control among them. Writes the table of docs/packaging.md where all of them ran.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from '../markdown-table.ts';
import { writeBetweenMarkers } from '../markers.ts';
import { OUTCOME, OUTCOME_FILE, pinned, projectFiles, runCommand } from './project.ts';
import { type ConsumerRow, NODES, ROWS } from './rows.ts';

const ROOT = join(import.meta.dirname, '../..');
const { quick } = parseArgs({ options: { quick: { type: 'boolean' } } }).values;
const folder = mkdtempSync(join(tmpdir(), 'consumers-'));
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
const HEADER = ['TypeScript', '`module`', 'format', 'run by', 'Node', '`aws-cdk-lib`', 'outcome'];

interface Failure {
  readonly step: string;
  readonly message: string;
}

try {
  const rows = quick ? ROWS.filter((row) => row.quick) : ROWS;
  const [tarball] = await Promise.all([packed(), installNodes(new Set(rows.map(({ node }) => node)))]);
  const waiting = rows.map((row, index) => ({ row, project: join(folder, `${index}`) }));
  const surprises: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { row, project } = next;
      const startedAt = Date.now();
      const surprise = surpriseOf(row, await failureOf(row, project, tarball));
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      console.log(
        `${surprise === undefined ? 'as expected' : 'NOT as expected'} after ${seconds} s: ${cells(row).join(' | ')}`,
      );
      if (surprise !== undefined) surprises.push(`${cells(row).join(' | ')}\n${surprise}`);
      rmSync(project, { recursive: true, force: true });
    }
  };
  // Half of the time goes into writing files: two at a time keep disk and processor busy.
  await Promise.all([work(), work()]);
  for (const surprise of surprises) console.error(`\n${surprise}`);
  if (surprises.length > 0) process.exitCode = 1;
  else if (!quick) await writeBetweenMarkers('docs/packaging.md', { matrix: markdownTable(HEADER, ROWS.map(cells)) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The file that `npm publish` would publish. */
async function packed(): Promise<string> {
  await run('npm', ['pack', '--pack-destination', folder], ROOT);
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack left no tarball.');
  return join(folder, name);
}

/** Once for all projects: 100 MB each. */
async function installNodes(majors: ReadonlySet<ConsumerRow['node']>): Promise<void> {
  for (const major of majors) {
    const name = `node-${process.platform}-${process.arch}`;
    const home = nodeHome(major);
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ private: true, dependencies: { [name]: NODES[major] } }),
    );
    await run('npm', INSTALL, home);
  }
}

/** What went wrong; undefined where all of it worked. */
async function failureOf(row: ConsumerRow, project: string, tarball: string): Promise<Failure | undefined> {
  mkdirSync(project);
  const files = projectFiles(row, row.control ? undefined : tarball);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);

  const installing = await attempt('npm', INSTALL, project);
  if (installing !== undefined) return { step: 'install', message: installing };
  const absent = notInstalled(row, project);
  if (absent.length > 0)
    return { step: 'verify the installation', message: `npm did not install ${absent.join(', ')}` };

  const bins = [join(project, 'node_modules', '.bin'), nodeBin(row.node)];
  const compiling = await attempt('tsc', ['-p', '.'], project, bins);
  const [command, ...args] = runCommand(row);
  const running = (await attempt(command, args, project, bins)) ?? wrongOutcome(row, project);
  if (compiling === undefined && running === undefined) return undefined;
  const steps = [...(compiling === undefined ? [] : ['compile']), ...(running === undefined ? [] : ['run'])];
  return { step: steps.join(' and '), message: `${compiling ?? ''}\n${running ?? ''}` };
}

/** A matrix in which npm installed nothing would be green wherever nothing is compiled or run: so it is looked at. */
function notInstalled(row: ConsumerRow, project: string): readonly string[] {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const expected = { ...pinned(row), ...(!row.control && { [own.name]: own.version }) };
  return Object.entries(expected).flatMap(([name, version]) => {
    const manifest = read(join(project, 'node_modules', name, 'package.json'));
    return manifest !== undefined && JSON.parse(manifest).version === version ? [] : [`${name}@${version}`];
  });
}

/** Runners that found nothing to run may end well. */
function wrongOutcome(row: ConsumerRow, project: string): string | undefined {
  const expected = JSON.stringify({ ...OUTCOME, node: NODES[row.node] });
  const outcome = read(join(project, OUTCOME_FILE));
  return outcome === expected ? undefined : `expected ${expected}, but it left ${outcome}`;
}

function surpriseOf({ fails }: ConsumerRow, failure: Failure | undefined): string | undefined {
  if (fails === undefined) return failure && `It should work, but failed to ${failure.step}:\n${failure.message}`;
  if (failure === undefined) return `It should have failed to ${fails.step}: ${fails.reason}.`;
  if (failure.step === fails.step && fails.message.test(failure.message)) return undefined;
  return `It should have failed to ${fails.step} with ${fails.message}, but failed to ${failure.step}:\n${failure.message}`;
}

function cells({ typescript, module, format, runner, node, cdk, fails }: ConsumerRow): readonly string[] {
  return [
    typescript,
    module,
    format,
    runner,
    NODES[node],
    cdk,
    fails === undefined ? 'works' : `fails: ${fails.reason}`,
  ];
}

function nodeHome(major: ConsumerRow['node']): string {
  return join(folder, `node-${major}`);
}

function nodeBin(major: ConsumerRow['node']): string {
  return join(nodeHome(major), 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
}

/** What the command said where it failed; undefined where it did not. */
function attempt(
  command: string,
  args: readonly string[],
  cwd: string,
  bins: readonly string[] = [],
): Promise<string | undefined> {
  // npm hands the settings of this project down to its scripts. Only where and how to fetch is kept.
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_/i.test(name) || /^npm_config_(?:registry|cache|userconfig|(?:https?_|no)?proxy|cafile)$/i.test(name),
  );
  const env = { ...Object.fromEntries(inherited), PATH: [...bins, process.env.PATH].join(delimiter) };
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  execFile(command, args, { cwd, env, timeout: 10 * 60_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
    resolve(error === null ? undefined : `${stdout}\n${stderr}\n${error.message}`.trim());
  });
  return promise;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const failure = await attempt(command, args, cwd);
  if (failure !== undefined) throw new Error(failure);
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
