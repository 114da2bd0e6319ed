import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../cli/command-line.ts';
import { HOUR_MS, MINUTE_MS } from './model/scenario.ts';
import { readSimulateOptions, SIMULATE } from './simulate-options.ts';

function read(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return readSimulateOptions(parseCommandLine(SIMULATE, args, env).values);
}

it('without options the page is written', () => {
  expect(read([])).toEqual({ command: 'write page' });
});

it('fresh months have a seed, or one of chance', () => {
  expect(read(['--months', '20', '--seed', '0'])).toEqual({
    command: 'random months',
    count: 20,
    seed: 0,
  });
  expect(read(['--months', '20'])).toMatchObject({ seed: undefined });
});

it('an outage alone meets the default rhythm', () => {
  expect(read(['--outage', '0 minutes + 3 hours'])).toEqual({
    command: 'own rhythm',
    rhythm: {
      lifetime: { text: '4 hours', ms: 4 * HOUR_MS },
      checkEvery: { text: '15 minutes', ms: 15 * MINUTE_MS },
      refreshEvery: { text: '2 hours', ms: 2 * HOUR_MS },
      outage: { start: { text: '0 minutes', ms: 0 }, length: { text: '3 hours', ms: 3 * HOUR_MS } },
    },
  });
});

it('the example of --help can be typed as it stands', () => {
  const example = SIMULATE.help.split('\n').find((line) => line.startsWith('npm run simulate -- ')) ?? '';
  const words = Array.from(example.matchAll(/"([^"]+)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '');
  expect(read(words.slice(4))).toMatchObject({ command: 'own rhythm' });
});

describe('what makes no sense is refused, with what to write instead:', () => {
  it.each([
    [['--lifetme', '4 hours'], /Did you mean --lifetime\?/],
    [['--lifetime', '4', 'hours'], /A value with a blank stands in quotation marks/],
    [['--lifetime', '4 hours'], /--outage is missing/],
    [['--outage', '3 hours'], /--outage takes START\+LENGTH/],
    [['--outage', '1 hour+3'], /--outage LENGTH is "3": use a whole number and a unit/],
    [['--outage', 'noon+3 hours'], /--outage START is "noon"/],
    [['--outage', '1 hour+0 hours'], /--outage LENGTH is nothing/],
    [['--outage', '3 days+1 hour'], /--outage START is more than 2 days/],
    [['--outage', '1 hour+1 hour', '--lifetime', '8 days'], /--lifetime is more than 7 days/],
    [
      ['--outage', '1 hour+1 hour', '--check-every', '90 seconds'],
      /synth would refuse.*--check-every: use whole minutes/,
    ],
    [['--months', '0'], /--months takes a whole number from 1 on/],
    [['--seed', '3'], /--seed goes with --months/],
    [['--months', '3', '--outage', '1 hour+1 hour'], /--months and --outage do not go together/],
  ] as const)('%j', (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  it('an option that npm took for itself', () => {
    expect(() => read([], { npm_config_check_every: 'true' })).toThrow('Write: npm run simulate -- --check-every');
  });
});
