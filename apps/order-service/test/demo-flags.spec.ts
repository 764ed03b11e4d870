import { describe, expect, it } from 'vitest';
import { parseFlags, USAGE } from '../src/demo/flags.js';

describe('the flags of the demo', () => {
  it('need not be given', () => {
    expect(parseFlags([])).toEqual({ brokers: undefined, serve: false, port: 0, help: false });
  });

  it('are understood with a space and with an equals sign', () => {
    const expected = { brokers: ['a:1', 'b:2'], serve: true, port: 3000, help: false };
    expect(parseFlags(['--brokers', 'a:1,b:2', '--serve', '--port', '3000'])).toEqual(expected);
    expect(parseFlags(['--brokers=a:1,b:2', '--serve', '--port=3000'])).toEqual(expected);
  });

  it.each([
    [['--broker', 'a:1'], '--broker is not an option. See npm run demo -- --help.'],
    [['-x'], '-x is not an option.'],
    [['localhost:9092'], '"localhost:9092" is not an option.'],
    [['--brokers'], '--brokers needs a value.'],
    [['--brokers', '--serve'], '--brokers needs a value.'],
    [['--brokers', 'localhost'], '--brokers is "localhost". Give host:port'],
    [['--port', 'x'], '--port is "x". Give a number'],
    [['--serve=yes'], '--serve takes no value.'],
  ])('%j is refused in words', (args, message) => {
    expect(() => parseFlags(args)).toThrow(message);
  });

  it('are all in the help', () => {
    expect(parseFlags(['--help']).help).toBe(true);
    for (const flag of ['--brokers', '--serve', '--port', '--help']) expect(USAGE).toContain(flag);
  });
});
