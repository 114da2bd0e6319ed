import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { beforeAll, expect, it, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..');
const INSTALLED = join(ROOT, 'node_modules');
const MINUTE = 60_000;
vi.setConfig({ testTimeout: MINUTE, hookTimeout: 3 * MINUTE });

const { folder } = temporaryFolder();

/** What the package is built from, in a folder of its own: other tests read dist/ while this one would build it anew. */
function copyOfSources(name: string): string {
  const source = join(folder, name);
  const files = ['local/start/launch.js', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE'];
  for (const path of ['cli', 'infra', 'lambda', 'local/node-24', ...files]) {
    cpSync(join(ROOT, path), join(source, path), { recursive: true });
  }
  symlinkSync(INSTALLED, join(source, 'node_modules'));
  return source;
}

/** npm pack for real. */
beforeAll(async () => {
  await run('npm', ['pack', '--pack-destination', folder], copyOfSources('source'));
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', tarball], folder);
});

function manifest() {
  return JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
}

/** An empty project in which the package is installed, with those of its dependencies and peers that are named. */
function projectWith(name: string, dependencies: readonly string[]): string {
  const project = join(folder, name);
  const modules = join(project, 'node_modules');
  cpSync(join(folder, 'package'), join(modules, 'soap-token-refresher'), { recursive: true });
  for (const dependency of dependencies) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(INSTALLED, dependency), join(modules, dependency));
  }
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  return project;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  // npm hands its own settings down to scripts; the packing must not inherit those of `npm test`.
  const inherited = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  const env = { ...Object.fromEntries(inherited), PATH: [join(INSTALLED, '.bin'), process.env.PATH].join(delimiter) };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env });
  return stdout;
}

/** Its own declarations are judged by what the program expects of them: those of aws-cdk-lib take long to check. */
async function typeCheckAndRun(project: string, program: string): Promise<unknown> {
  writeFileSync(join(project, 'program.ts'), program);
  const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node';
  await run('tsc', [...options.split(' '), 'program.ts'], project);
  return JSON.parse(await run(process.execPath, ['program.ts'], project));
}

it('the reader works with nothing else installed but the SSM client', async () => {
  const project = projectWith('reader', ['@aws-sdk/client-ssm', '@types/node']);
  const outcome = await typeCheckAndRun(
    project,
    `import { createTokenReader, type TokenReadError } from 'soap-token-refresher/reader';
   // @ts-expect-error: the ES module has no default export, as when it runs
   import type nothing from 'soap-token-refresher/reader';
   const client = { send: async () => ({ Parameters: [], $metadata: {} }) };
   const reader = createTokenReader({ parameterName: '/a/token', client });
   const call: Promise<number> = reader.call(async (token) => token.length, (length) => length === 0);
   // @ts-expect-error: a name is required
   const nameless = () => createTokenReader({ client });
   console.log(JSON.stringify(await call.catch(({ code }: TokenReadError) => code)));`,
  );
  expect(outcome).toBe('NO_TOKEN_YET');
});

it('the construct synthesises with the bundle that the package carries', async () => {
  const project = projectWith('app', ['aws-cdk-lib', 'constructs', 'fast-xml-parser', '@types/node']);
  const outcome = await typeCheckAndRun(
    project,
    `import { App, Stack } from 'aws-cdk-lib';
   import {
     RefreshedToken, RefresherAlarms, type RefresherAlarmsProps, type ServiceCodes, type ServiceTiming, TokenRefresher,
     type TokenRefresherProps,
   } from 'soap-token-refresher';
   import { dpd } from 'soap-token-refresher/services';
   const props: TokenRefresherProps = {
     endpoint: 'https://soap.example.test/api.php', tokenParameterName: '/a/token', alarmActions: 'none',
   };
   // @ts-expect-error: alarms that reach nobody must be a decision
   const incomplete: TokenRefresherProps = { endpoint: props.endpoint, tokenParameterName: '/a/token' };
   const app = new App({ outdir: 'cdk.out' });
   const stack = new Stack(app, 'Team');
   const { token } = new TokenRefresher(stack, 'Refresher', props);
   const { parameterName } = RefreshedToken.fromParameterName(stack, 'Token', token.parameterName);
   new TokenRefresher(stack, 'Parcels', { ...props, tokenParameterName: '/b/token', service: dpd });
   app.synth();
   const named: Pick<RefresherAlarmsProps, 'logGroupName'> & { codes: ServiceCodes; timing?: ServiceTiming } =
     { ...dpd, logGroupName: '' };
   console.log(JSON.stringify([parameterName, RefresherAlarms.name, named.codes === dpd.codes]));`,
  );
  expect(outcome).toEqual(['/a/token', 'RefresherAlarms', true]);
  const [asset = ''] = readdirSync(join(project, 'cdk.out')).filter((name) => name.startsWith('asset.'));
  expect(readdirSync(join(project, 'cdk.out', asset))).toContain('handler.mjs');
});

it('CommonJS projects may use both, next to ES modules: the same exports, and errors known by their code', async () => {
  const project = projectWith('commonjs', ['aws-cdk-lib', 'constructs', 'fast-xml-parser', '@aws-sdk/client-ssm']);
  writeFileSync(
    join(project, 'program.cjs'),
    `const { TokenRefresher } = require('soap-token-refresher');
     const doors = ['soap-token-refresher/reader', 'soap-token-refresher/services'];
     const client = { send: async () => ({ Parameters: [], $metadata: {} }) };
     const codeOf = ({ createTokenReader }) =>
       createTokenReader({ parameterName: '/a/token', client }).get().catch(({ name, code }) => name + code);
     const compare = async (door) => {
       const [required, imported] = [require(door), await import(door)];
       const names = [required, imported].map((module) => Object.keys(module).sort().join());
       return [names[0] === names[1], imported.default === undefined, required === imported];
     };
     (async () => console.log(JSON.stringify([
       typeof TokenRefresher,
       await Promise.all(doors.map(compare)),
       [await codeOf(require(doors[0])), await codeOf(await import(doors[0]))],
     ])))();`,
  );
  expect(JSON.parse(await run(process.execPath, ['program.cjs'], project))).toEqual([
    'function',
    Array(2).fill([true, true, false]),
    ['TokenReadErrorNO_TOKEN_YET', 'TokenReadErrorNO_TOKEN_YET'],
  ]);
});

it('its command runs with nothing else installed but the SSM client', async () => {
  const project = projectWith('command', ['@aws-sdk/client-ssm']);
  const command = join(project, 'node_modules/soap-token-refresher', manifest().bin['soap-token-refresher']);
  expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(await run(process.execPath, [command, '--help'], project)).toContain('soap-token-refresher status /');
});

it('the services work with nothing else installed but the XML parser, imported and required', async () => {
  const project = projectWith('services', ['fast-xml-parser', '@types/node']);
  const imported = await typeCheckAndRun(
    project,
    `import { checkProfile, dpd, finanzonline, type ProfileFault, regon, sabre, type ServiceProfile } from 'soap-token-refresher/services';
   const own: ServiceProfile = { ...dpd, token: 'return//authToken' };
   // @ts-expect-error: the codes are required
   const incomplete: ServiceProfile = { request: dpd.request, answer: 'a', token: 'b' };
   const faults: readonly ProfileFault[] = checkProfile(own).faults;
   const sound = [dpd, finanzonline, regon, sabre].every((profile) => checkProfile(profile).faults.length === 0);
   console.log(JSON.stringify([sound, faults.map(({ key }) => key)]));`,
  );
  expect(imported).toEqual([true, ['token']]);
  const program = `const { checkProfile, sabre } = require('soap-token-refresher/services');
   console.log(JSON.stringify([checkProfile(sabre).profile === sabre, checkProfile({}).faults.length]));`;
  const required = await run(process.execPath, ['--input-type=commonjs', '--eval', program], project);
  expect(JSON.parse(required)).toEqual([true, 4]);
});

it('installing it brings the SSM client for the reader, an XML parser for the checks of services, and nothing else', () => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest();
  expect(Object.keys(dependencies)).toEqual(['@aws-sdk/client-ssm', 'fast-xml-parser']);
  expect(optionalDependencies).toBeUndefined();
  expect(Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name].optional)).toEqual([]);
});

it('it carries the built code, no sources and no source maps', () => {
  const files = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => /(?<!\.d)\.ts$|\.map$/.test(name))).toEqual([]);
  expect(files).toContain(join('dist', 'refresher', 'handler.mjs'));
  const folders = files.map((name) => name.split('/').slice(0, 2).join('/')).filter((name) => !name.includes('.'));
  const expected = ['LICENSE', 'dist', 'dist/cli', 'dist/infra', 'dist/lambda', 'dist/refresher'];
  expect([...new Set(folders)].toSorted()).toEqual(expected);
  expect(files.filter((name) => /\b(?:app|bundle|test|local)\//.test(name))).toEqual([]);
});

it('whoever needs no package gets the function as a zip, of the same bytes from every machine', async () => {
  const zipOf = async (name: string, settings: string) => {
    const source = copyOfSources(name);
    await run('sh', ['-c', `${settings} npm run -s zip`], source);
    const zip = readFileSync(join(source, 'dist/refresher.zip'));
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(readFileSync(join(source, 'dist/refresher.zip.sha256'), 'utf8')).toBe(`${sha256}  refresher.zip\n`);
    return zip;
  };
  const [zip, another] = await Promise.all([
    zipOf('one', 'umask 077; TZ=America/New_York LC_ALL=C'),
    zipOf('another/folder', 'umask 002; TZ=Pacific/Apia LC_ALL=tr_TR.UTF-8'),
  ]);
  expect(zip).toEqual(another);

  const packed = join(folder, 'package/dist/refresher');
  const expected = readdirSync(packed).map((name) => [name, readFileSync(join(packed, name))]);
  const zipped = Object.entries(unzipSync(zip));
  expect(zipped.map(([name, content]) => [name, Buffer.from(content)])).toEqual(expected);
});

it('it carries the licences of the packages that are bundled, and of no other', () => {
  const notices = readFileSync(join(folder, 'package', 'dist', 'refresher', 'THIRD_PARTY_NOTICES'), 'utf8');
  const named = (name: string) => {
    const { version, license } = JSON.parse(readFileSync(join(INSTALLED, name, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})`;
  };
  for (const name of ['@aws-sdk/client-ssm', '@aws-lambda-powertools/metrics', 'fast-xml-parser', 'bowser']) {
    expect(notices).toContain(named(name));
  }
  expect(notices).toContain(readFileSync(join(INSTALLED, 'fast-xml-parser', 'LICENSE'), 'utf8').trim());
  for (const name of ['saxes', 'aws-cdk-lib', 'esbuild']) expect(notices).not.toContain(named(name));
});

it('everything that it exports is documented, field by field', () => {
  const doors = ['infra/index', 'lambda/services/profiles', 'lambda/reader/token-reader'];
  expect(doors.flatMap(undocumented)).toEqual([]);
});

/** What a door of the package exports without a comment right above it. */
function undocumented(door: string): readonly string[] {
  const read = (path: string) => readFileSync(join(folder, 'package', 'dist', `${path}.d.ts`), 'utf8');
  const declared = /^export (?:declare )?(?:class|function|interface|type|const) (\w+)/;
  const own = [...read(door).matchAll(new RegExp(declared, 'gm'))].map(([, name = '']) => ({ path: door, name }));
  const passedOn = [...read(door).matchAll(/^export (?:type )?\{([^}]+)\} from '\.\/(.+)\.ts';$/gm)].flatMap(
    ([, names = '', file = '']) =>
      names
        .split(',')
        .filter((name) => name.trim() !== '')
        .map((name) => ({ path: join(dirname(door), file), name: name.replace('type ', '').trim() })),
  );
  return [...own, ...passedOn].flatMap(({ path, name }) => {
    const lines = read(path).split('\n');
    const start = lines.findIndex((line) => declared.exec(line)?.[1] === name);
    if (start === -1) return [`${path}: ${name}`];
    const end = lines[start]?.endsWith('{') ? lines.indexOf('}', start) : start;
    // A class has the comments of the interface that it implements.
    const isMember = / implements /.test(lines[start] ?? '') ? /(?!)/ : /^ {4}(?!private |constructor)[\w<]+\b.*;$/;
    return lines
      .slice(start, end + 1)
      .filter((line, index) => (index === 0 || isMember.test(line)) && !lines[start + index - 1]?.endsWith('*/'))
      .map((line) => `${path}: ${name}: ${line.trim()}`);
  });
}
