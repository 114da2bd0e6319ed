import { expect, it } from 'vitest';
import { parseCommandLine } from '../../cli/command-line.ts';
import { readSimulateOptions, SIMULATE } from './simulate-options.ts';

function read(args: readonly string[]) {
  return readSimulateOptions(parseCommandLine(SIMULATE, args).values);
}

const DEFAULTS = { tokenLifetimeSeconds: 14_400, checkEverySeconds: 900, refreshEverySeconds: 7200 };

it.each([
  [[], { command: 'write page' }],
  [['--months', '20'], { command: 'random months', count: 20, seed: undefined }],
  [['--months', '20', '--seed', '0'], { command: 'random months', count: 20, seed: 0 }],
  [
    ['--outage', '0 minutes + 3 hours'],
    { command: 'own rhythm', rhythm: { settings: DEFAULTS, outageAfterSeconds: 0, outageSeconds: 10_800 } },
  ],
])('%j', (args, options) => {
  expect(read(args)).toEqual(options);
});

it('the example of --help can be typed as it stands', () => {
  const example = SIMULATE.help.split('\n').find((line) => line.startsWith('npm run simulate -- ')) ?? '';
  const words = Array.from(example.matchAll(/"([^"]+)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '');
  expect(read(words.slice(4))).toMatchObject({ command: 'own rhythm' });
});

it.each([
  [['--lifetime', '4 hours'], '--outage takes START+LENGTH'],
  [['--outage', '3 hours'], '--outage takes START+LENGTH'],
  [['--outage', '1 hour+3'], '--outage LENGTH is "3": use a whole number and a unit'],
  [['--outage', '1 hour+1 hour', '--lifetime', '8 days'], '--lifetime is more than 7 days'],
  [['--outage', '1 hour+1 hour', '--check-every', '90 seconds'], /synth would refuse.*checkEvery is 90 seconds/s],
  [['--months', '0'], '--months takes a whole number from 1 on'],
  [['--seed', '3'], '--seed goes with --months'],
  [['--months', '3', '--outage', '1 hour+1 hour'], '--months goes with --seed alone'],
] as const)('refuses what makes no sense, with what to write instead: %j', (args, message) => {
  expect(() => read(args)).toThrow(message);
});
