import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';

import { ProducerFencedError } from '../errors/transaction.errors.js';
import { InMemoryProducer } from './in-memory-producer.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';
import { Orders, start } from './spec-support/application.js';

const record = (value: string, topic = 'orders') => ({ topic, value });
const told = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'committed',
    (error: unknown) => error,
  );

describe("'fenced'", () => {
  it('fails the next commit as another process with the same id would, and every one after it', async () => {
    const kafka = new InMemoryProducer();
    const unit = (value: string): Promise<unknown> => told(kafka.transaction((tx) => tx.send(record(value))));
    expect(await unit('before')).toBe('committed');
    const scripted = kafka.outcomes.nextSend({ outcome: 'fenced' });

    const fenced = await unit('fenced');
    expect(fenced).toBeInstanceOf(ProducerFencedError);
    expect(fenced).toMatchObject({
      code: 'KAFKA_PRODUCER_FENCED',
      retriable: false,
      transactionalId: expect.stringMatching(/^default-/),
    });
    await scripted.reached;
    expect(kafka.outcomes.pending).toEqual([]);

    kafka.outcomes.clear();
    expect(await unit('after')).toBeInstanceOf(ProducerFencedError);
    expect(kafka.records.all().map(({ text }) => text)).toEqual(['before']);
    expect(kafka.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0 });
  });

  it('tells the hooks of the unit that it was aborted', async () => {
    const kafka = new InMemoryProducer();
    kafka.outcomes.nextSend({ outcome: 'fenced' });
    const events: unknown[] = [];
    const fenced = kafka.transaction(async (tx) => {
      tx.afterCommit(() => events.push('committed'));
      tx.afterAbort((reason) => events.push(reason instanceof ProducerFencedError));
      tx.afterCompletion((outcome) => events.push(outcome));
      await tx.send(record('fenced'));
    });
    await expect(fenced).rejects.toThrow('Another process uses the transactional.id');
    expect(events).toEqual([true, 'aborted']);
  });

  it('waits for a commit: not for what is sent outside of transactions, and not for units that fail or are empty', async () => {
    const kafka = new InMemoryProducer();
    kafka.outcomes.nextSend({ outcome: 'fenced' });
    await kafka.send(record('by itself'));
    await kafka.transaction(async () => {});
    const ofWork = new Error('of the work');
    const failing = kafka.transaction(async (tx) => {
      await tx.send(record('lost'));
      throw ofWork;
    });
    expect(await told(failing)).toBe(ofWork);
    expect(kafka.outcomes.pending).toEqual([{ outcome: 'fenced' }]);
    expect(await told(kafka.transaction((tx) => tx.send(record('fenced'))))).toBeInstanceOf(ProducerFencedError);
    await kafka.send(record('by itself too'));
    expect(kafka.records.all().map(({ text }) => text)).toEqual(['by itself', 'by itself too']);
  });

  it('is for a commit with records of the topic it names', async () => {
    const kafka = new InMemoryProducer();
    kafka.outcomes.nextSend({ outcome: 'fenced', topic: 'audit' });
    expect(await told(kafka.transaction((tx) => tx.send(record('a'))))).toBe('committed');
    const both = kafka.transaction(async (tx) => {
      await tx.send(record('b'));
      await tx.send(record('b', 'audit'));
    });
    expect(await told(both)).toBeInstanceOf(ProducerFencedError);
    expect(kafka.records.all().map(({ text }) => text)).toEqual(['a']);
  });

  it('is for the producer it names: another one of the application commits', async () => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const { module, producer, records } = await start();
    module.get(ScriptedOutcomes).nextSend({ outcome: 'fenced', producer: 'audit' });
    expect(await told(producer.transaction((tx) => tx.send(record('a'))))).toBe('committed');
    const { audit } = module.get(Orders);
    expect(await told(audit.transaction((tx) => tx.send(record('b', 'audit'))))).toBeInstanceOf(ProducerFencedError);
    expect(records.all().map(({ text }) => text)).toEqual(['a']);
  });
});

describe('other outcomes in a transaction', () => {
  it.each(['fail', 'too-large', 'unauthorized', 'unknown'] as const)(
    '%s: abort the unit as refused, and the next one is committed',
    async (outcome) => {
      const kafka = new InMemoryProducer();
      kafka.outcomes.nextSend({ outcome });
      expect(await told(kafka.transaction((tx) => tx.send(record('refused'))))).toMatchObject({
        code: 'KAFKA_PRODUCER_TRANSACTION_ABORTED',
        reason: 'rejected',
        cause: { code: expect.stringMatching(/DELIVERY_REJECTED|RECORD_TOO_LARGE|AUTHORIZATION/) },
      });
      expect(await told(kafka.transaction((tx) => tx.send(record('next'))))).toBe('committed');
      expect(kafka.records.all().map(({ text }) => text)).toEqual(['next']);
    },
  );

  it('unknown-topic: fails the send inside', async () => {
    const kafka = new InMemoryProducer();
    kafka.outcomes.nextSend({ outcome: 'unknown-topic' });
    const unit = kafka.transaction((tx) => tx.send(record('nowhere')));
    await expect(unit).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_UNKNOWN_TOPIC' });
  });

  it('slow: holds the commit until it is released', async () => {
    const kafka = new InMemoryProducer();
    const slow = kafka.outcomes.nextSend({ outcome: 'slow' });
    const committing = told(kafka.transaction((tx) => tx.send(record('held'))));
    await slow.reached;
    expect(kafka.records.all()).toEqual([]);
    slow.release();
    expect(await committing).toBe('committed');
    expect(kafka.records.all()).toHaveLength(1);
  });
});
