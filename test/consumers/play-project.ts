/** Plays a row of rows.ts: installs its project, compiles it, runs it, and compares with what the row expects. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { attempt, folder, install, projectWith, read, write } from './commands.ts';
import { OUTCOME, OUTCOME_FILE, pinned, projectFiles, runCommand } from './project.ts';
import type { Row } from './row.ts';
import { type ConsumerRow, NODES, ROWS } from './rows.ts';

/** The titles of the cells. */
export const PROJECT_HEADER = ['TypeScript', '`module`', 'format', 'run by', 'Node', '`aws-cdk-lib`', 'outcome'];

interface Failure {
  readonly step: string;
  readonly message: string;
}

/** The projects that use the construct and the reader. */
export function projectRows(tarball: string): readonly Row[] {
  return ROWS.map((row, index) => ({
    cells: cells(row),
    quick: row.quick,
    play: async () => {
      const project = join(folder, `project-${index}`);
      const failure = await failureOf(row, project, tarball);
      // 300 MB each.
      rmSync(project, { recursive: true });
      return surpriseOf(row, failure);
    },
  }));
}

/** What went wrong; undefined where all of it worked. */
async function failureOf(row: ConsumerRow, project: string, tarball: string): Promise<Failure | undefined> {
  write(project, projectFiles(row, row.control ? undefined : tarball));
  const installing = await install(project);
  if (installing !== undefined) return { step: 'install', message: installing };
  const absent = notInstalled(row, project);
  if (absent.length > 0)
    return { step: 'verify the installation', message: `npm did not install ${absent.join(', ')}` };

  const bins = [join(project, 'node_modules', '.bin'), await nodeBin(row.node)];
  const compiling = await attempt('tsc', ['-p', '.'], project, { bins });
  const [command, ...args] = runCommand(row);
  const running = (await attempt(command, args, project, { bins })) ?? wrongOutcome(row, project);
  if (compiling === undefined && running === undefined) return undefined;
  const steps = [...(compiling === undefined ? [] : ['compile']), ...(running === undefined ? [] : ['run'])];
  return { step: steps.join(' and '), message: `${compiling ?? ''}\n${running ?? ''}` };
}

/** A matrix in which npm installed nothing would be green wherever nothing is compiled or run: so it is looked at. */
function notInstalled(row: ConsumerRow, project: string): readonly string[] {
  const expected = { ...pinned(row), ...(!row.control && { [manifest.name]: manifest.version }) };
  return Object.entries(expected).flatMap(([name, version]) => {
    const installed = read(join(project, 'node_modules', name, 'package.json'));
    return installed !== undefined && JSON.parse(installed).version === version ? [] : [`${name}@${version}`];
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
  const outcome = fails === undefined ? 'works' : `fails: ${fails.reason}`;
  return [typescript, module, format, runner, NODES[node], cdk, outcome];
}

const installedNodes = new Map<ConsumerRow['node'], Promise<string>>();

/** Installed once for all projects: 100 MB each. */
async function nodeBin(major: ConsumerRow['node']): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const installed = installedNodes.get(major) ?? projectWith(`node-${major}`, { [name]: NODES[major] });
  installedNodes.set(major, installed);
  return join(await installed, 'node_modules', name, 'bin');
}
