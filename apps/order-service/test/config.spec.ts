import { describe, expect, it } from 'vitest';
import { ConfigError, configFromEnv } from '../src/config.js';

describe('the configuration', () => {
  it('has defaults that suit a laptop', () => {
    expect(configFromEnv({})).toEqual({ brokers: ['localhost:9092'], port: 3000 });
    expect(configFromEnv({ KAFKA_BROKERS: '', PORT: '' })).toEqual({ brokers: ['localhost:9092'], port: 3000 });
  });

  it('reads several brokers and a port', () => {
    expect(configFromEnv({ KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9093,[::1]:9094', PORT: '0' })).toEqual({
      brokers: ['kafka-1:9092', 'kafka-2:9093', '[::1]:9094'],
      port: 0,
    });
  });

  it.each([
    [{ KAFKA_BROKERS: 'kafka' }, 'KAFKA_BROKERS is "kafka". Give host:port, for example kafka-1:9092,kafka-2:9092.'],
    [{ KAFKA_BROKERS: 'a:1,http://b:2' }, 'KAFKA_BROKERS is "http://b:2".'],
    [{ KAFKA_BROKERS: ',' }, 'KAFKA_BROKERS is ",".'],
    [{ PORT: 'http' }, 'PORT is "http". Give a number from 0 to 65535'],
    [{ PORT: '70000' }, 'PORT is "70000".'],
    [{ PORT: '-1' }, 'PORT is "-1".'],
  ])('refuses %j and says what to give instead', (env, message) => {
    expect(() => configFromEnv(env)).toThrow(ConfigError);
    expect(() => configFromEnv(env)).toThrow(message);
  });
});
