/** How the consumers' projects are made and run: folders, npm, and commands whose failure is an answer. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
/** Everything that is installed and built stands here; whoever made it removes it. */
export const folder = mkdtempSync(join(tmpdir(), 'consumers-'));

/** What the command said where it failed; undefined where it did not. */
export async function attempt(...command: Parameters<typeof execute>): Promise<string | undefined> {
  return await execute(...command).then(
    () => undefined,
    (failure: Error) => failure.message,
  );
}

/** @returns what the command wrote. @throws what it said where it failed */
export async function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  // npm hands the settings of this project down to its scripts. Only where and how to fetch is kept.
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_/i.test(name) || /^npm_config_(?:registry|cache|userconfig|(?:https?_|no)?proxy|cafile)$/i.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...variables };
  const running = promisify(execFile)(command, args, { cwd, env, timeout: 10 * 60_000, maxBuffer: 2 ** 26 });
  return await running.then(
    ({ stdout }) => stdout,
    ({ stdout, stderr, message }) => Promise.reject(new Error(`${stdout}\n${stderr}\n${message}`.trim())),
  );
}

/** Lays a project out. */
export function write(project: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
}

/** Lays a project of this name out, and installs what its package.json names. @throws what npm said where it failed */
export async function projectWith(name: string, manifest: object): Promise<string> {
  const project = join(folder, name);
  write(project, { 'package.json': JSON.stringify({ private: true, type: 'module', ...manifest }) });
  await execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], project);
  return project;
}

/** The file that `npm publish` would publish. */
export async function packed(): Promise<string> {
  await execute('npm', ['pack', '--pack-destination', folder], ROOT);
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack left no tarball.');
  return join(folder, name);
}
