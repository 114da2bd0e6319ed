import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WATCH = join(ROOT, 'examples/downstream/watch.ts');

let copy: string;

/** This repository as somebody has just cloned it. */
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'clone-'));
  for (const name of ['package.json', 'lambda', 'infra', 'local']) {
    await cp(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
});
afterEach(() => rm(copy, { recursive: true }));

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

it('says in one line that npm left out what it needs, as with NODE_ENV=production', { timeout: 60_000 }, async () => {
  expect(await run(join(copy, 'local/start.ts'))).toEqual({
    status: 1,
    stdout: '',
    stderr: 'npm start: what this command needs is not installed. Run: npm ci --include=dev\n',
  });
});

it('says in one line that the folder for the built function cannot be written', { timeout: 60_000 }, async () => {
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await mkdir(join(copy, 'dist'));
  await writeFile(join(copy, 'dist/refresher'), 'a file where a folder should be');

  const { status, stdout, stderr } = await run(join(copy, 'local/start.ts'));

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^npm start: the function is built into the folder dist, and .* cannot be written \(E[A-Z]+\)\.\n$/,
  );
});

it('talks to nothing before the services have said where they are', { timeout: 60_000 }, async () => {
  const gone = join(copy, 'gone.json');
  await writeFile(gone, JSON.stringify({ awsUrl: 'http://127.0.0.1:9', soapUrl: 'http://127.0.0.1:9', pid: 2 ** 30 }));

  for (const file of [join(copy, 'none.json'), gone]) {
    const { status, stderr } = await run(WATCH, file);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^npm run example: start the services first, .*: npm start -- --serve\n$/);
  }
});

it('runs its scripts in any shell, cmd.exe too, which has no exec', () => {
  expect(Object.values(manifest.scripts).filter((script) => /\bexec\b/.test(script))).toEqual([]);
});
