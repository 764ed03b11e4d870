import { errorCode } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../time/random.js';
import type { FetchedPartition, FetchSession, WantedPartition } from './fetch-session.js';
import { FetchSessions } from './fetch-sessions.js';

const wanted = (partition: number, fetchOffset = 0): WantedPartition => ({
  topic: 'orders',
  topicId: 'id',
  partition,
  currentLeaderEpoch: -1,
  fetchOffset,
  lastFetchedEpoch: -1,
  partitionMaxBytes: 1_000,
});
const found = (partition: number, news: Partial<FetchedPartition> = {}): FetchedPartition => ({
  wanted: wanted(partition),
  errorCode: 0,
  highWatermark: 5,
  logStartOffset: 0,
  sizeBytes: 0,
  isDiverging: false,
  ...news,
});
const partitionsOf = (list: readonly { readonly wanted: WantedPartition }[]) => list.map((one) => one.wanted.partition);

let sessions: FetchSessions;
beforeEach(() => {
  sessions = new FetchSessions(new Random(1));
});

/** A session that has told its consumer about three partitions. */
function begun(): FetchSession {
  const session = sessions.open(0, 0, true) as FetchSession;
  session.update([wanted(0), wanted(1), wanted(2)], []);
  expect(partitionsOf(session.takeNews([found(0), found(1), found(2)]))).toEqual([0, 1, 2]);
  expect(sessions.keep(session)).toBe(session.id);
  return session;
}

describe('FetchSessions', () => {
  it('serves a request without a session as it is', () => {
    expect(sessions.open(0, -1, true)).toBeUndefined();
    expect(sessions.size).toBe(0);
  });

  it('goes on with a session whose id and epoch are right, and with no other', () => {
    const { id } = begun();
    expect(sessions.open(id + 1, 1, true)).toBe(errorCode('FETCH_SESSION_ID_NOT_FOUND'));
    expect(sessions.open(id, 2, true)).toBe(errorCode('INVALID_FETCH_SESSION_EPOCH'));
    expect(sessions.open(id, 1, false)).toBe(errorCode('FETCH_SESSION_TOPIC_ID_ERROR'));
    expect(sessions.open(id, 1, true)).toBeTypeOf('object');
    expect(sessions.open(id, 1, true)).toBe(errorCode('INVALID_FETCH_SESSION_EPOCH'));
    expect(sessions.open(id, 2, true)).toBeTypeOf('object');
  });

  it('ends a session for a full request, and one that wants nothing any more', () => {
    const first = begun();
    expect(sessions.open(first.id, -1, true)).toBeUndefined();
    expect(sessions.size).toBe(0);
    const second = begun();
    second.update([], [wanted(0), wanted(1), wanted(2)]);
    expect([sessions.keep(second), sessions.size]).toEqual([0, 0]);
  });
});

describe('FetchSession', () => {
  it.each<[string, Partial<FetchedPartition>, number[]]>([
    ['nothing when nothing is new', {}, []],
    ['records', { sizeBytes: 100 }, [1]],
    ['an error', { errorCode: 6, highWatermark: -1 }, [1]],
    ['a high watermark that moved', { highWatermark: 6 }, [1]],
    ['a beginning that moved', { logStartOffset: 2 }, [1]],
    ['a log that parts', { isDiverging: true }, [1]],
  ])('tells %s', (_name, news, told) => {
    const session = begun();
    expect(partitionsOf(session.takeNews([found(0), found(1, news), found(2)]))).toEqual(told);
  });

  it('serves a partition that gave records last the next time', () => {
    const session = begun();
    session.takeNews([found(0, { sizeBytes: 1 }), found(1), found(2)]);
    expect(session.wanted.map(({ partition }) => partition)).toEqual([1, 2, 0]);
  });

  it('remembers what is wanted, what changed and what is not wanted any more', () => {
    const session = begun();
    session.update([wanted(1, 9), wanted(3)], [wanted(0)]);
    expect(session.wanted.map(({ partition, fetchOffset }) => [partition, fetchOffset])).toEqual([
      [1, 9],
      [2, 0],
      [3, 0],
    ]);
  });

  it('begins its epochs anew after the largest', () => {
    const session = begun();
    session.epoch = 0x7fff_ffff;
    session.nextEpoch();
    expect(session.epoch).toBe(1);
  });
});
