/** One empty project: what it is written in, and what runs it. */
export interface ConsumerRow {
  readonly typescript: '5.4.5' | '5.9.3' | '6.0.3' | '7.0.2';
  readonly module: 'node16' | 'nodenext' | 'bundler';
  readonly format: 'CommonJS' | 'ESM';
  readonly runner: Runner;
  readonly node: keyof typeof NODES;
  readonly cdk: keyof typeof CONSTRUCTS;
  /** Run in CI too. */
  readonly quick?: true;
  /** The package is not installed. */
  readonly control?: true;
  /** What has to go wrong, and why it cannot be otherwise. */
  readonly fails?: {
    readonly step: 'install' | 'compile and run' | 'run';
    readonly message: RegExp;
    readonly reason: string;
  };
}

export type Runner = 'node' | 'ts-node' | 'tsx' | 'Jest, swc' | 'Jest, ts-jest' | 'Vitest';

export const NODES = { 22: '22.23.3', 24: '24.21.0' } as const;
export const NODE_TYPES = { 22: '22.20.5', 24: '24.19.2' } as const;

/** The versions of aws-cdk-lib, the first one that works and the current one, with the constructs that go with them. */
export const CONSTRUCTS = { '2.268.0': '10.5.0', '2.276.0': '10.8.1' } as const;

/** What each runner needs beside TypeScript. */
export const RUNNER_PACKAGES: Readonly<Record<Runner, Readonly<Record<string, string>>>> = {
  node: {},
  'ts-node': { 'ts-node': '10.9.2' },
  tsx: { tsx: '4.23.15' },
  'Jest, swc': { jest: '30.5.2', '@types/jest': '30.0.0', '@swc/core': '1.16.22', '@swc/jest': '0.2.39' },
  'Jest, ts-jest': { jest: '30.5.2', '@types/jest': '30.0.0', 'ts-jest': '29.4.15' },
  Vitest: { vitest: '5.1.1' },
};

const NO_API = 'TypeScript 7 has no JavaScript API';

export const ROWS: readonly ConsumerRow[] = [
  // What `cdk init app --language typescript` writes.
  {
    typescript: '7.0.2',
    module: 'nodenext',
    format: 'CommonJS',
    runner: 'Jest, swc',
    node: 24,
    cdk: '2.276.0',
    quick: true,
  },
  { typescript: '7.0.2', module: 'nodenext', format: 'ESM', runner: 'node', node: 24, cdk: '2.276.0', quick: true },
  { typescript: '7.0.2', module: 'node16', format: 'ESM', runner: 'tsx', node: 22, cdk: '2.276.0' },
  { typescript: '7.0.2', module: 'bundler', format: 'ESM', runner: 'Vitest', node: 24, cdk: '2.268.0' },
  { typescript: '6.0.3', module: 'nodenext', format: 'CommonJS', runner: 'ts-node', node: 24, cdk: '2.276.0' },
  { typescript: '6.0.3', module: 'node16', format: 'CommonJS', runner: 'Jest, ts-jest', node: 22, cdk: '2.276.0' },
  { typescript: '6.0.3', module: 'bundler', format: 'ESM', runner: 'Vitest', node: 22, cdk: '2.276.0' },
  { typescript: '5.9.3', module: 'nodenext', format: 'ESM', runner: 'tsx', node: 24, cdk: '2.268.0' },
  { typescript: '5.9.3', module: 'node16', format: 'CommonJS', runner: 'ts-node', node: 22, cdk: '2.276.0' },
  { typescript: '5.9.3', module: 'bundler', format: 'ESM', runner: 'tsx', node: 22, cdk: '2.276.0' },
  {
    typescript: '5.4.5',
    module: 'node16',
    format: 'CommonJS',
    runner: 'ts-node',
    node: 22,
    cdk: '2.268.0',
  },
  { typescript: '5.4.5', module: 'nodenext', format: 'ESM', runner: 'Vitest', node: 24, cdk: '2.268.0' },
  { typescript: '5.4.5', module: 'bundler', format: 'ESM', runner: 'tsx', node: 22, cdk: '2.268.0', quick: true },
  {
    typescript: '7.0.2',
    module: 'nodenext',
    format: 'CommonJS',
    runner: 'ts-node',
    node: 24,
    cdk: '2.276.0',
    fails: { step: 'run', message: /ts-node/, reason: `${NO_API}, which ts-node needs` },
  },
  {
    typescript: '7.0.2',
    module: 'nodenext',
    format: 'CommonJS',
    runner: 'Jest, ts-jest',
    node: 24,
    cdk: '2.276.0',
    fails: { step: 'install', message: /ERESOLVE/, reason: `${NO_API}: ts-jest refuses it as a peer` },
  },
  {
    typescript: '7.0.2',
    module: 'nodenext',
    format: 'CommonJS',
    runner: 'Jest, swc',
    node: 24,
    cdk: '2.276.0',
    quick: true,
    control: true,
    fails: {
      step: 'compile and run',
      message:
        /error TS2307: Cannot find module 'soap-token-refresher' .*Cannot find module 'soap-token-refresher' from/s,
      reason: 'the control: the package is not installed',
    },
  },
];
