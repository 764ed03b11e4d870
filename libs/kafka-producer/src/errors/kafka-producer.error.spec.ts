import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { UnknownTopicError } from './cluster-side.errors.js';
import { KafkaProducerError } from './kafka-producer.error.js';

describe('the errors', () => {
  it('show their name in the stack and their fields, but no plumbing, when printed', () => {
    const error = new UnknownTopicError({ topic: 'order' });
    expect(error.stack).toMatch(/^UnknownTopicError: Topic 'order' does not exist/);
    expect(Object.keys(error).toSorted()).toEqual(['code', 'partition', 'partitionCount', 'retriable', 'topic']);
    expect(inspect(error)).not.toContain('Symbol');
  });

  it('may be renamed, as any other error, and looked at by their prototype', () => {
    const error = new UnknownTopicError({ topic: 'order' });
    error.name = 'OrderTopicMissing';
    expect(String(error)).toMatch(/^OrderTopicMissing: Topic 'order'/);
    expect(Object.keys(error)).not.toContain('name');
    expect(new UnknownTopicError({ topic: 'order' }).name).toBe('UnknownTopicError');
    expect(KafkaProducerError.prototype.name).toBe('KafkaProducerError');
  });

  it('leave cause out when there is none', () => {
    expect(Object.hasOwn(new UnknownTopicError({ topic: 'order' }), 'cause')).toBe(false);
  });
});
