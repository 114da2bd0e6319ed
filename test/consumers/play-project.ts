/** Installs a project of rows.ts, compiles it and runs it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { attempt, projectWith, write } from './commands.ts';
import { OUTCOME, OUTCOME_FILE, PROGRAM_FILE, projectFiles } from './project.ts';
import { CONSTRUCTS, NODE_TYPES, NODES, PROJECTS, type Project, type Row, RUNNERS } from './rows.ts';

/** The titles of the cells. */
export const PROJECT_HEADER = ['TypeScript', '`module`', 'format', 'run by', 'Node', '`aws-cdk-lib`', 'outcome'];

/** The projects that use the construct and the reader. */
export function projectRows(tarball: string): readonly Row[] {
  return PROJECTS.map((project, index) => {
    const { typescript, module, format, runner, node, cdk, quick, fails } = project;
    const outcome = fails === undefined ? 'works' : `fails: ${fails.reason}`;
    return {
      cells: [typescript, module, format, runner, NODES[node], cdk, outcome],
      quick,
      fails,
      play: () => failureOf(project, `project-${index}`, tarball),
    };
  });
}

/** What went wrong, and in which steps; undefined where all of it worked. */
async function failureOf(project: Project, name: string, tarball: string): Promise<string | undefined> {
  const { typescript, format, runner, node, cdk, control } = project;
  const { command, packages } = RUNNERS[runner];
  const dependencies = {
    'aws-cdk-lib': cdk,
    constructs: CONSTRUCTS[cdk],
    typescript,
    '@types/node': NODE_TYPES[node],
    ...packages,
    ...(!control && { 'soap-token-refresher': `file:${tarball}` }),
  };
  let home: string;
  try {
    home = await projectWith(name, { type: format === 'ESM' ? 'module' : 'commonjs', dependencies });
  } catch (error) {
    return `install: ${error}`;
  }
  write(home, projectFiles(project));
  const path = [join(home, 'node_modules', '.bin'), await nodeBin(node), process.env.PATH].join(delimiter);
  const run = (program: string, ...args: readonly string[]) => attempt(program, args, home, { PATH: path });
  const compiling = await run('tsc', '-p', '.');
  const [program, ...args] = command;
  const running = (await run(program, ...args, PROGRAM_FILE)) ?? wrongOutcome(project, home);
  // 300 MB each.
  rmSync(home, { recursive: true });
  const steps = Object.entries({ compile: compiling, run: running }).filter(([, failure]) => failure !== undefined);
  return steps.length === 0 ? undefined : steps.map(([step, failure]) => `${step}: ${failure}`).join('\n');
}

/** Runners that found nothing to run may end well. */
function wrongOutcome({ node }: Project, home: string): string | undefined {
  const expected = JSON.stringify({ ...OUTCOME, node: NODES[node] });
  const file = join(home, OUTCOME_FILE);
  const outcome = existsSync(file) ? readFileSync(file, 'utf8') : 'nothing';
  return outcome === expected ? undefined : `expected ${expected}, but it left ${outcome}`;
}

const installedNodes = new Map<Project['node'], Promise<string>>();

/** Installed once for all projects: 100 MB each. */
async function nodeBin(major: Project['node']): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const dependencies = { [name]: NODES[major] };
  const installed = installedNodes.get(major) ?? projectWith(`node-${major}`, { dependencies });
  installedNodes.set(major, installed);
  return join(await installed, 'node_modules', name, 'bin');
}
