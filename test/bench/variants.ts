/** What is measured: the artefact that is deployed, and what people would write instead. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Program } from './cold-tick.ts';

export const MEMORY_MB = 256;

export interface Variant {
  readonly name: string;
  readonly program: Program;
  readonly isNode: boolean;
  /** Bytes of code that would be deployed, source maps left out. */
  readonly bundleBytes: number;
}

/** What NodejsFunction passes to esbuild when no bundling option is set. */
const NODEJS_FUNCTION_DEFAULTS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  logLevel: 'error',
} satisfies BuildOptions;

export type Variants = Awaited<ReturnType<typeof makeVariants>>;

const bench = import.meta.dirname;
const project = join(bench, '../..');

/** @param scratch outside the project, whose package.json would turn CommonJS bundles into modules */
export async function makeVariants(scratch: string, environment: Readonly<Record<string, string>>) {
  const node = (name: string, taskRoot: string, handler: string): Variant => ({
    name,
    isNode: true,
    program: {
      command: process.execPath,
      args: [...nodeOptions(MEMORY_MB), join(bench, 'node_modules/aws-lambda-ric/index.mjs')],
      environment: {
        ...environment,
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: taskRoot,
        _HANDLER: handler,
        // Where Lambda's own SDK would be found; the project's is the same code.
        NODE_PATH: join(project, 'node_modules'),
      },
    },
    bundleBytes: codeBytes(taskRoot),
  });
  const bundled = async (name: string, source: string, options: BuildOptions): Promise<Variant> => {
    const taskRoot = join(scratch, name.replaceAll(/\W+/g, '-'));
    await build({
      ...NODEJS_FUNCTION_DEFAULTS,
      entryPoints: [join(bench, 'variants', source)],
      outfile: join(taskRoot, 'index.js'),
      ...options,
    });
    return node(name, taskRoot, 'index.handler');
  };
  const pythonPath = findPythonWithBoto3();
  const pythonRoot = join(bench, 'variants/python');
  return {
    ours: node('this project', join(project, 'dist/refresher'), 'handler.handler'),
    // `bundleAwsSDK: true`; left out, NodejsFunction expects the SDK in the runtime, which is the next variant.
    usual: await bundled('usual code, SDK bundled', 'usual.ts', {}),
    external: await bundled('usual code, SDK of the runtime', 'usual.ts', { external: ['@aws-sdk/*', '@smithy/*'] }),
    nodeSoap: await bundled('usual code with node-soap', 'node-soap.js', {}),
    python: pythonPath && {
      name: 'Python, boto3 and urllib',
      isNode: false,
      program: {
        command: pythonPath,
        args: [join(pythonRoot, 'bootstrap.py')],
        environment: {
          ...environment,
          LAMBDA_TASK_ROOT: pythonRoot,
          _HANDLER: 'handler.handler',
          // Compiled modules are kept as Lambda keeps them, but not in this folder.
          PYTHONPYCACHEPREFIX: scratch,
        },
      },
      bundleBytes: statSync(join(pythonRoot, 'handler.py')).size,
    },
    handSigned: await bundled('four calls signed by hand', 'hand-signed.ts', {}),
    empty: await bundled('empty handler', 'empty.ts', {}),
  };
}

/** As the bootstrap script of Lambda's Node runtimes sets them. */
function nodeOptions(memoryMb: number): string[] {
  const newSpaceMb = Math.floor(memoryMb / 10);
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(newSpaceMb / 2)}`,
    `--max-old-space-size=${memoryMb - newSpaceMb}`,
  ];
}

/** The interpreter itself, not a shim that would have to find it on every start. */
function findPythonWithBoto3(): string | undefined {
  try {
    return execFileSync('python3', ['-c', 'import boto3, sys; print(sys.executable)'], { stdio: 'pipe' })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

function codeBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
