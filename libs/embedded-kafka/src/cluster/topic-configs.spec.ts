import { describe, expect, it } from 'vitest';
import { configProblem, logLimits, targetCompression } from './topic-configs.js';

const of = (configs: Record<string, string>) => new Map(Object.entries(configs));

describe('topic configs', () => {
  it('tells a setting without effect from one nobody knows', () => {
    expect(configProblem('flush.ms', '1')).toBe(
      'flush.ms has no effect in this cluster: anything but its default is refused rather than ignored',
    );
    expect(configProblem('flush.ms', '9223372036854775807')).toBeUndefined();
    expect(configProblem('no.such', '1')).toBe('unknown topic config name: no.such');
    expect(configProblem('segment.bytes', '5')).toBe('invalid value 5 for configuration segment.bytes');
    expect(configProblem('cleanup.policy', 'compact,delete')).toBeUndefined();
  });

  it.each([
    ['delete', true, false],
    ['compact', false, true],
    ['compact,delete', true, true],
  ])('reads the policy %s', (policy, isDeleting, isCompacting) => {
    expect(logLimits(of({ 'cleanup.policy': policy }))).toMatchObject({ isDeleting, isCompacting });
  });

  it.each([
    [{}, undefined],
    [{ 'compression.type': 'uncompressed' }, 'none'],
    [{ 'compression.type': 'zstd' }, 'zstd'],
  ])('compresses as %o says', (configs, type) => {
    expect(targetCompression(of(configs))).toBe(type);
  });
});
