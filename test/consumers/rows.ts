/** One thing that a consumer does with the package, tried: a row of a table of docs/packaging.md, where it has one. */
export interface Row {
  readonly cells: readonly string[];
  /** Run in CI too. */
  readonly quick?: boolean;
  /** @returns what went wrong; undefined where nothing did */
  readonly play: () => Promise<string | undefined>;
  readonly fails?: Failing;
}

/** What has to go wrong, and why it cannot be otherwise. */
export interface Failing {
  readonly message: RegExp;
  readonly reason: string;
}

/** One empty project: what it is written in, and what runs it. */
export interface Project extends Pick<Row, 'quick' | 'fails'> {
  readonly typescript: '5.4.5' | '5.9.3' | '6.0.3' | '7.0.2';
  readonly module: 'node16' | 'nodenext' | 'bundler';
  readonly format: 'CommonJS' | 'ESM';
  readonly runner: keyof typeof RUNNERS;
  readonly node: keyof typeof NODES;
  readonly cdk: keyof typeof CONSTRUCTS;
  /** The package is not installed. */
  readonly control?: true;
}

export const NODES = { 22: '22.23.3', 24: '24.21.0' } as const;
export const NODE_TYPES = { 22: '22.20.5', 24: '24.19.2' } as const;

/** The versions of aws-cdk-lib, the first one that works and the current one, with the constructs that go with them. */
export const CONSTRUCTS = { '2.268.0': '10.5.0', '2.276.0': '10.8.1' } as const;
/** The current aws-cdk-lib with its constructs. */
export const CDK = { 'aws-cdk-lib': '2.276.0', constructs: CONSTRUCTS['2.276.0'] };

const JEST = { jest: '30.5.2', '@types/jest': '30.0.0' };
/** How each runs a program, and what it needs beside TypeScript. */
export const RUNNERS = {
  node: { command: ['node'], packages: {} },
  'ts-node': { command: ['ts-node'], packages: { 'ts-node': '10.9.2' } },
  tsx: { command: ['tsx'], packages: { tsx: '4.23.15' } },
  'Jest, swc': { command: ['jest'], packages: { ...JEST, '@swc/core': '1.16.22', '@swc/jest': '0.2.39' } },
  'Jest, ts-jest': { command: ['jest'], packages: { ...JEST, 'ts-jest': '29.4.15' } },
  Vitest: { command: ['vitest', 'run'], packages: { vitest: '5.1.1' } },
} as const;

function project(
  typescript: Project['typescript'],
  module: Project['module'],
  format: Project['format'],
  runner: Project['runner'],
  node: Project['node'],
  cdk: Project['cdk'],
  more: Partial<Project> = {},
): Project {
  return { typescript, module, format, runner, node, cdk, ...more };
}

const NO_API = 'TypeScript 7 has no JavaScript API';
const NO_TS_NODE = { message: /^run: .*ts-node/s, reason: `${NO_API}, which ts-node needs` };
const NO_TS_JEST = { message: /^install: .*ERESOLVE/s, reason: `${NO_API}: ts-jest refuses it as a peer` };
const CONTROL = {
  message:
    /^compile: .*error TS2307: Cannot find module 'soap-token-refresher' .*\nrun: .*Cannot find module 'soap-token-refresher' from/s,
  reason: 'the control: the package is not installed',
};

export const PROJECTS: readonly Project[] = [
  // What `cdk init app --language typescript` writes.
  project('7.0.2', 'nodenext', 'CommonJS', 'Jest, swc', 24, '2.276.0', { quick: true }),
  project('7.0.2', 'nodenext', 'ESM', 'node', 24, '2.276.0', { quick: true }),
  project('7.0.2', 'node16', 'ESM', 'tsx', 22, '2.276.0'),
  project('7.0.2', 'bundler', 'ESM', 'Vitest', 24, '2.268.0'),
  project('6.0.3', 'nodenext', 'CommonJS', 'ts-node', 24, '2.276.0'),
  project('6.0.3', 'node16', 'CommonJS', 'Jest, ts-jest', 22, '2.276.0'),
  project('6.0.3', 'bundler', 'ESM', 'Vitest', 22, '2.276.0'),
  project('5.9.3', 'nodenext', 'ESM', 'tsx', 24, '2.268.0'),
  project('5.9.3', 'node16', 'CommonJS', 'ts-node', 22, '2.276.0'),
  project('5.9.3', 'bundler', 'ESM', 'tsx', 22, '2.276.0'),
  project('5.4.5', 'node16', 'CommonJS', 'ts-node', 22, '2.268.0'),
  project('5.4.5', 'nodenext', 'ESM', 'Vitest', 24, '2.268.0'),
  project('5.4.5', 'bundler', 'ESM', 'tsx', 22, '2.268.0', { quick: true }),
  project('7.0.2', 'nodenext', 'CommonJS', 'ts-node', 24, '2.276.0', { fails: NO_TS_NODE }),
  project('7.0.2', 'nodenext', 'CommonJS', 'Jest, ts-jest', 24, '2.276.0', { fails: NO_TS_JEST }),
  project('7.0.2', 'nodenext', 'CommonJS', 'Jest, swc', 24, '2.276.0', { quick: true, control: true, fails: CONTROL }),
];
