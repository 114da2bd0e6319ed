import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listen } from '../../local/world/listen.ts';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WATCH = join(ROOT, 'examples/downstream/watch.ts');

let copy: string;

/** This repository as somebody has just cloned it. */
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'clone-'));
  for (const name of ['package.json', '.npmrc', 'lambda', 'infra', 'local', 'examples']) {
    await cp(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
});
afterEach(() => rm(copy, { recursive: true }));

/** A script as npm runs it: its command, or a file with arguments. */
async function run(script: string, command: string, ...args: readonly string[]) {
  const env = { ...process.env, npm_lifecycle_event: script };
  const child = spawn(command, args, { cwd: copy, env, shell: args.length === 0, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

/** npm start, once npm has brought what it needs. @param options of Node */
async function start(options: readonly string[], ...args: readonly string[]) {
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return await run('start', process.execPath, ...options, 'local/start/launch.js', 'local/start/start.ts', ...args);
}

it.each([
  ['start', 'npm start'],
  ['test', 'npm test'],
  ['example', 'npm run example'],
  ['service', 'npm run service'],
  ['status', 'npm run status'],
  ['cdk', 'npm run cdk'],
] as const)(
  'says in one line that npm left out what %s needs, before npm ci or with NODE_ENV=production',
  async (script, command) => {
    expect(await run(script, manifest.scripts[script])).toEqual({
      status: 1,
      stdout: '',
      stderr: `${command}: what this command needs is not installed. Run: npm ci --include=dev\n`,
    });
  },
);

it('says in one line that this Node is too old, where npm brought no other', async () => {
  const stderr = expect.stringMatching(/^npm start: this is Node v[\d.]+; it takes Node 24, .*\n$/);
  expect(await start(['--no-experimental-strip-types'])).toEqual({ status: 1, stdout: '', stderr });
});

it('lets npx run no other cdk than the installed one', async () => {
  const settings = parseEnv(await readFile(join(copy, '.npmrc'), 'utf8'));

  expect(settings).toEqual({ yes: 'false' });
  expect(manifest.devDependencies['aws-cdk']).toMatch(/^\d/);
});

it('says in one line that the folder for the built function cannot be written', async () => {
  await mkdir(join(copy, 'dist'));
  await writeFile(join(copy, 'dist/refresher'), 'a file where a folder should be');

  const built = 'npm start: the function is built into the folder dist, and';
  const stderr = expect.stringMatching(new RegExp(`^${built} .* cannot be written \\(E[A-Z]+\\)\\.\n$`));
  expect(await start([], '--help')).toEqual({ status: 1, stdout: '', stderr });
});

/** What services of that process say of themselves. */
async function announced(url: string, pid: number): Promise<string> {
  const file = join(copy, 'services.json');
  await writeFile(file, JSON.stringify({ awsUrl: url, soapUrl: url, pace: 1, aheadMs: 0, pid }));
  return file;
}

it('talks to nothing before the services have said where they are', async () => {
  for (const file of [join(copy, 'none.json'), await announced('http://127.0.0.1:9', 2 ** 30)]) {
    const { status, stderr } = await run('example', process.execPath, WATCH, file);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^npm run example: start the services first, .*: npm start -- --serve\n$/);
  }
});

it('asks nobody any more once the services have stopped', async () => {
  let asked = 0;
  const holder = await listen(0, (_, response) => {
    asked += 1;
    response.writeHead(400).end();
  });
  const file = await announced(holder.url, process.pid);
  const watching = run('example', process.execPath, WATCH, file);
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(0);
  await rm(file);
  const { status, stdout } = await watching;
  await holder.close();

  expect(status).toBe(1);
  expect(stdout).toMatch(/The services have stopped\. .*\n$/);
});

it('runs its scripts in any shell, cmd.exe too, which has no exec', () => {
  expect(Object.values(manifest.scripts).filter((script) => /\bexec\b/.test(script))).toEqual([]);
});
