import { describe, expect, it } from 'vitest';

import { ProducerFencedError } from '../../libs/kafka-producer/src/errors/transaction.errors.js';
import type {
  EndOutcome,
  TransactionalProducer,
} from '../../libs/kafka-producer/src/transactions/producer/transactional-producer.js';
import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline } from './support/transactional-producers.js';

const COMMITTED = { kind: 'committed' };

/** A transaction that may fail at any step after its beginning. */
async function attempt(producer: TransactionalProducer, value: string, untilMs = deadline()): Promise<EndOutcome> {
  await producer.begin(untilMs);
  await append(producer, value);
  return producer.end('commit', untilMs);
}

describe.each([1, 2] as const)('two processes with one instanceId, at level %s', (transactionVersion) => {
  const embedded = new EmbeddedTransactions();

  /** The earlier one has used slot 0; the later one has taken that, and uses slot 1, which the earlier one then takes. */
  async function crossed() {
    await embedded.start({ transactionVersion });
    const [earlier, later] = [embedded.producers.instance('pod-0'), embedded.producers.instance('pod-0')];
    const first = earlier.createForGroups();
    expect(await run(first, 'a')).toEqual(COMMITTED);
    expect(await run(later.createForGroups(), 'b')).toEqual(COMMITTED);
    const second = later.createForGroups();
    expect(await run(second, 'c')).toEqual(COMMITTED);
    const taking = earlier.createForGroups();
    expect(await run(taking, 'd')).toEqual(COMMITTED);
    return { first, taking, second };
  }

  it('that was started last takes back what the other one took', async () => {
    const { second } = await crossed();
    expect(await attempt(second, 'lost')).toEqual({ kind: 'aborted' });
    expect(await run(second, 'e')).toEqual(COMMITTED);
    expect(await run(second, 'f')).toEqual(COMMITTED);
    await expect.poll(() => embedded.committed()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('that was started first is fenced by whichever id it uses next, and takes no other', async () => {
    const { first, taking, second } = await crossed();
    await attempt(second, 'lost');
    expect(await run(second, 'e')).toEqual(COMMITTED);
    const asked = embedded.kafka.requests('InitProducerId').length;
    const fenced = { kind: 'fenced', error: expect.any(ProducerFencedError) as Error };
    expect(await attempt(taking, 'f')).toEqual(fenced);
    await expect(taking.begin(deadline())).rejects.toThrow("transactional.id 'shop-pod-0-0'");
    await expect(first.begin(deadline())).rejects.toThrow(ProducerFencedError);
    expect(embedded.kafka.requests('InitProducerId').length - asked).toBe(2);
    expect(await run(second, 'g')).toEqual(COMMITTED);
    await expect.poll(() => embedded.committed()).toEqual(['a', 'b', 'c', 'd', 'e', 'g']);
  });

  it('may be asked for slot 0 by a stream first', async () => {
    await embedded.start({ transactionVersion });
    const instance = embedded.producers.instance('pod-0');
    const stream = instance.createForStream();
    await stream.begin(deadline());
    await append(stream, 'streamed');
    expect(await run(instance.createForGroups(), 'staged')).toEqual(COMMITTED);
    expect(await stream.end('commit', deadline())).toEqual(COMMITTED);
    const rival = embedded.producers.instance('pod-0').createForStream();
    expect(await run(rival, 'rival')).toEqual(COMMITTED);
    expect(await attempt(stream, 'late')).toMatchObject({ kind: 'fenced' });
    await expect.poll(() => embedded.committed()).toEqual(['rival', 'staged', 'streamed']);
  });

  it('does not wait for its own verdict: who cannot ask whether he has slot 0 aborts, and asks before he begins again', async () => {
    const { second } = await crossed();
    const unheard = embedded.kafka.faults.onRequest('InitProducerId', {
      times: 1,
      action: 'hold',
      matches: ({ transactionalId }) => transactionalId === 'shop-pod-0-0',
    });
    expect(await attempt(second, 'lost', deadline(500))).toEqual({ kind: 'aborted' });
    expect(unheard.hits).toBe(1);
    unheard.release();
    expect(await run(second, 'e')).toEqual(COMMITTED);
  });
});
