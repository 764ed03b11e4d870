import { apis, errorName } from 'kafka-wire';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { RawMember } from '../support/raw-member.js';
import { coordinatorFor, RawProducer } from '../support/raw-transactions.js';

const FETCH_VERSION = 8;

describeOnEachKafka('TxnOffsetCommit', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;
  let group: string;
  let producer: RawProducer;
  const members: RawMember[] = [];

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await kafka().createTopic({ partitions: 3 });
  });
  afterAll(() => {
    for (const one of [connection, ...members]) one.close();
  });
  beforeEach(async () => {
    group = `group-${crypto.randomUUID()}`;
    await coordinatorFor(connection, 0, group);
    producer = await RawProducer.create(connection);
  });

  /** The only member of the group, past its first rebalance. */
  async function joinAlone(groupInstanceId: string | null = null): Promise<RawMember> {
    const member = await RawMember.open(connection.address, group, groupInstanceId);
    await member.getIn();
    await member.sync({ [member.memberId]: '' });
    members.push(member);
    return member;
  }

  /** What a consumer finds: an offset, -1 for none, or the name of an error. */
  async function committed(requireStable = true, partition = 0): Promise<number | string> {
    const { groups } = await connection.request(apis.OffsetFetch, FETCH_VERSION, {
      groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [partition] }] }],
      requireStable,
    });
    const found = groups[0]?.topics[0]?.partitions[0];
    if (found === undefined) throw new Error('OffsetFetch answered nothing');
    return found.errorCode === 0 ? found.committedOffset : errorName(found.errorCode);
  }

  it('begins a transaction by itself from version 5, and commits with it', async () => {
    expect(await producer.commitOffset(group, topic, 20)).toBe('OK');
    expect((await producer.describe()).topics).toMatchObject([{ topic: '__consumer_offsets' }]);
    await producer.finish(true);
    expect(await committed()).toBe(20);
  });

  it('is forgotten with an abort', async () => {
    await producer.commitOffset(group, topic, 20);
    const next = await producer.finish(false);
    expect(await committed()).toBe(-1);
    await next.commitOffset(group, topic, 21);
    await next.finish(true);
    expect(await committed()).toBe(21);
  });

  it('keeps the last offset of a transaction, not the highest', async () => {
    await producer.commitOffset(group, topic, 20);
    await producer.commitOffset(group, topic, 10);
    await producer.finish(true);
    expect(await committed()).toBe(10);
  });

  it('makes offsets unstable until the markers are written', async () => {
    await producer.commitOffset(group, topic, 5);
    let next = await producer.finish(true);
    await next.commitOffset(group, topic, 6);
    expect(await committed(true)).toBe('UNSTABLE_OFFSET_COMMIT');
    expect(await committed(true, 1)).toBe(-1);
    expect(await committed(false)).toBe(5);
    next = await next.finish(true);
    expect(await committed(true)).toBe(6);
  });

  it('does not undo what was committed after it outside of the transaction', async () => {
    await producer.commitOffset(group, topic, 5);
    await connection.request(apis.OffsetCommit, 8, {
      groupId: group,
      generationIdOrMemberEpoch: -1,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 9, committedMetadata: '' }] }],
    });
    await producer.finish(true);
    expect(await committed()).toBe(9);
  });

  it.each([
    [3, 'INVALID_TXN_STATE'],
    [4, 'TRANSACTION_ABORTABLE'],
  ] as const)('needs AddOffsetsToTxn in version %i', async (version, error) => {
    expect(await producer.commitOffset(group, topic, 5, { version })).toBe(error);
    expect(await producer.addOffsets(group)).toBe('OK');
    expect(await producer.commitOffset(group, topic, 5, { version })).toBe('OK');
    await producer.finish(true, 4);
    expect(await committed()).toBe(5);
  });

  it('checks the generation and the member of a group that has members', async () => {
    const { memberId, generationId } = await joinAlone();
    const commit = (as: object) => producer.commitOffset(group, topic, 5, as);
    expect(await commit({ memberId, generationId })).toBe('OK');
    expect(await commit({ memberId, generationId: generationId + 1 })).toBe('ILLEGAL_GENERATION');
    expect(await commit({ memberId: 'nobody', generationId })).toBe('UNKNOWN_MEMBER_ID');
    expect(await producer.settled()).toBe('Ongoing@0');
    await producer.finish(true);
    expect(await committed()).toBe(5);
  });

  it('does not check who names no member', async () => {
    await joinAlone();
    expect(await producer.commitOffset(group, topic, 7, { memberId: '', generationId: -1 })).toBe('OK');
    await producer.finish(true);
    expect(await committed()).toBe(7);
  });

  it('checks static members by their instance', async () => {
    const { memberId, generationId } = await joinAlone('one');
    const commit = (as: object) => producer.commitOffset(group, topic, 5, { generationId, ...as });
    expect(await commit({ memberId: 'other', groupInstanceId: 'one' })).toBe('FENCED_INSTANCE_ID');
    expect(await commit({ memberId, groupInstanceId: 'two' })).toBe('UNKNOWN_MEMBER_ID');
    expect(await commit({ memberId, groupInstanceId: 'one' })).toBe('OK');
    await producer.finish(true);
  });

  it('takes a group that is not there without a generation only', async () => {
    expect(await producer.commitOffset(group, topic, 5, { generationId: 3, memberId: 'x' })).toBe('ILLEGAL_GENERATION');
    expect(await producer.commitOffset(group, topic, 5)).toBe('OK');
    await producer.finish(true);
  });

  it('moves nothing silently when it is refused and the transaction is committed all the same', async () => {
    await joinAlone();
    expect(await producer.commitOffset(group, topic, 5, { generationId: 9, memberId: 'x' })).toBe('UNKNOWN_MEMBER_ID');
    expect((await producer.end(true)).error).toBe('OK');
    await producer.settled();
    expect(await committed()).toBe(-1);
  });

  it('refuses partitions that are not there', async () => {
    expect(await producer.commitOffset(group, topic, 5, { partition: 9 })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(await producer.commitOffset(group, `${topic}-no`, 5)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(await producer.settled()).toBe('Empty@0');
  });

  it.each([3, 4, 5])('of an older epoch is fenced (v%i)', async (version) => {
    await producer.commitOffset(group, topic, 5);
    await producer.finish(true);
    expect(await producer.commitOffset(group, topic, 6, { version })).toBe('INVALID_PRODUCER_EPOCH');
    expect(await committed()).toBe(5);
  });

  it('of another producer id or transactional id is unknown', async () => {
    const stranger = producer.at(0, Buffer.alloc(8, 1));
    expect(await stranger.commitOffset(group, topic, 6)).toBe('INVALID_PRODUCER_ID_MAPPING');
    const nobody = Object.assign(producer.at(0), { transactionalId: 'nobody' });
    expect(await nobody.commitOffset(group, topic, 6)).toBe('INVALID_PRODUCER_ID_MAPPING');
  });

  it('is not waited for while markers are written', async () => {
    const seen = new Set<unknown>();
    let current = producer;
    await current.commitOffset(group, topic, 1);
    for (let at = 0; at < 30 && !seen.has('CONCURRENT_TRANSACTIONS'); at++) {
      const next = current.at(current.epoch + 1);
      const [, answer] = await Promise.all([current.end(true), next.commitOffset(group, topic, at)]);
      seen.add(answer);
      await next.settled();
      await next.commitOffset(group, topic, at);
      current = next;
    }
    expect(seen).toContain('CONCURRENT_TRANSACTIONS');
  });

  it('keeps one group from another and transactions from each other', async () => {
    const rival = await RawProducer.create(connection);
    await producer.commitOffset(group, topic, 1);
    await rival.commitOffset(group, topic, 2, { partition: 1 });
    await rival.finish(false);
    expect(await committed(true, 1)).toBe(-1);
    expect(await committed(true)).toBe('UNSTABLE_OFFSET_COMMIT');
    await producer.finish(true);
    expect(await committed(true)).toBe(1);
  });

  it('adds any group to a transaction that is asked to, even without a name', async () => {
    expect(await producer.addOffsets('')).toBe('OK');
    expect(await producer.at(4).addOffsets(group, 1)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await producer.at(4).addOffsets(group, 2)).toBe('PRODUCER_FENCED');
    expect(await producer.at(0, Buffer.alloc(8, 1)).addOffsets(group)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await Object.assign(producer.at(0), { transactionalId: '' }).addOffsets(group)).toBe('INVALID_REQUEST');
  });
});
