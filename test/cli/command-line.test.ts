import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from '../../cli/command-line.ts';

const COMMAND = {
  name: 'npm run ask',
  help: 'Asks.',
  options: { json: { type: 'boolean', default: false }, 'ask-again': { type: 'string' } },
} as const;

describe('a command line', () => {
  it('gives the values of the options, those that every command has among them', () => {
    const { values } = parseCommandLine(COMMAND, ['--ask-again', '1 hour', '-h']);
    expect(values).toEqual({ json: false, 'ask-again': '1 hour', help: true, version: false });
  });

  it('takes words beside the options where the command does', () => {
    expect(parseCommandLine({ ...COMMAND, takesWords: true }, ['now', '--json']).positionals).toEqual(['now']);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an option that does not exist', ['--zzzzzzzz'], /^Unknown option '--zzzzzzzz'\. The options are --json, --ask/],
    ['a mistyped option', ['--jason'], /^Unknown option '--jason'\. Did you mean --json\? The options are /],
    ['an option without its dashes', ['json'], /^Unexpected argument 'json'\. Did you mean --json\? /],
    ['a value without quotation marks', ['--ask-again', '1', 'hour'], /'hour'\. A value with a blank stands in quot/],
    ['an option without its value', ['--ask-again'], /^Option '--ask-again <value>' argument missing\. The options/],
    ['a value that no option takes', ['--json=3'], /--json.*does not take an argument\. The options are/],
    ['a name that is long enough to stop a machine', [`--${'x'.repeat(100_000)}`], /^Unknown option '--xxx/],
  ])('refuses %s in one line, which leads to --help', (_, args, message) => {
    const read = () => parseCommandLine(COMMAND, args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^[^\n]*; --help explains them\.$/);
  });

  it('says that npm takes for itself what does not follow two dashes', () => {
    const env = { npm_config_ask_again: '1 hour' };
    expect(() => parseCommandLine(COMMAND, ['1 hour'], env)).toThrow('Write: npm run ask -- --ask-again');
    expect(parseCommandLine({ ...COMMAND, name: 'ask' }, [], env).values['ask-again']).toBeUndefined();
  });

  it('takes what a person set for npm for npm', () => {
    const command = { ...COMMAND, options: { proxy: { type: 'string' }, verbose: { type: 'boolean' } } } as const;
    const env = { npm_config_proxy: 'http://proxy.test', npm_config_verbose: 'true' };
    expect(parseCommandLine(command, [], env).values).toEqual({ help: false, version: false });
  });
});
