import type { Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { apis, decodeRequest, encodeResponse, FrameReader, type DecodedRequest } from 'kafka-wire';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import type { WireRequest } from '../cluster.js';
import { ConnectionLostError, RequestTimeoutError } from '../cluster.errors.js';
import { schemaRequest } from '../schema-request.js';
import { memoryPipe } from '../spec-support/memory-pipe.js';
import { RequestChannel } from './request-channel.js';

const VERSION = 1;

let clock: ManualClock;
let channel: RequestChannel;
let client: Duplex;
let peer: Duplex;
let received: DecodedRequest[];

beforeEach(() => {
  clock = new ManualClock();
  [client, peer] = memoryPipe();
  channel = new RequestChannel(client, { broker: 'kafka:9092', clientId: 'spec', clock });
  received = [];
  const frames = new FrameReader();
  peer.on('data', (chunk: Buffer) => {
    frames.push(chunk);
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) received.push(decodeRequest(frame));
  });
});

function handshake(mechanism: string, timeoutMs = 1_000) {
  return schemaRequest(apis.SaslHandshake, { mechanism }, { timeoutMs });
}

/** Echoes the mechanism, so that an answer can be told from another. */
function answer(request: DecodedRequest | undefined): void {
  if (request?.name !== 'SaslHandshake') throw new Error('nothing to answer');
  peer.write(
    encodeResponse(apis.SaslHandshake, VERSION, request.correlationId, { mechanisms: [request.body.mechanism] }),
  );
}

function unanswered(pieces: readonly Uint8Array[]): WireRequest<undefined> {
  const decode = (): never => {
    throw new Error('there is nothing to decode');
  };
  return { api: apis.Produce, timeoutMs: 1_000, expectResponse: false, encode: () => pieces, decode };
}

describe('requests on one connection', () => {
  it('writes them in the order of the calls, without waiting for answers, and pairs answers in that order', async () => {
    const sent = ['A', 'B', 'C'].map((name) => channel.send(handshake(name), VERSION));
    await clock.settle();
    expect(received.map(({ body }) => body)).toEqual([{ mechanism: 'A' }, { mechanism: 'B' }, { mechanism: 'C' }]);
    expect(channel.outstanding).toBe(3);
    received.forEach(answer);
    expect((await Promise.all(sent)).map(({ mechanisms }) => mechanisms)).toEqual([['A'], ['B'], ['C']]);
    expect(channel.outstanding).toBe(0);
  });

  it('sends the client id and one correlation id per request', async () => {
    const sent = Promise.all(['A', 'B'].map((name) => channel.send(handshake(name), VERSION)));
    await clock.settle();
    expect(received.map(({ clientId }) => clientId)).toEqual(['spec', 'spec']);
    expect(new Set(received.map(({ correlationId }) => correlationId)).size).toBe(2);
    received.forEach(answer);
    await sent;
  });

  it('hands the pieces of a frame to the socket together', async () => {
    const writes: number[] = [];
    const corked = client as unknown as { _writev: unknown };
    corked._writev = (chunks: unknown[], done: () => void) => {
      writes.push(chunks.length);
      done();
    };
    await channel.send(unanswered([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]), 3);
    expect(writes).toEqual([3]);
  });

  it('reads answers that arrive byte by byte', async () => {
    const sent = channel.send(handshake('A'), VERSION);
    await clock.settle();
    const bytes = encodeResponse(apis.SaslHandshake, VERSION, received[0]?.correlationId ?? 0, { mechanisms: ['A'] });
    for (const byte of bytes) peer.write(Buffer.from([byte]));
    expect((await sent).mechanisms).toEqual(['A']);
  });

  it('reports what cannot be encoded without touching the connection', async () => {
    await expect(
      channel.send(schemaRequest(apis.SaslHandshake, { mechanism: 'x'.repeat(40_000) }, { timeoutMs: 1 }), VERSION),
    ).rejects.toThrow('mechanism');
    expect(channel.isOpen).toBe(true);
    expect(channel.outstanding).toBe(0);
  });
});

describe('requests without an answer', () => {
  it('settle when the socket has taken their bytes, not before', async () => {
    let take: (() => void) | undefined;
    client._write = (_chunk, _encoding, done) => {
      take = done;
    };
    let settled = false;
    const sent = channel.send(unanswered([Buffer.from('a')]), 3).then(() => (settled = true));
    await clock.settle();
    expect(settled).toBe(false);
    take?.();
    await sent;
    expect(clock.pendingTimers).toBe(0);
  });

  it('fail when the socket never takes them', async () => {
    client._write = () => undefined;
    const sent = channel.send(unanswered([Buffer.from('a')]), 3);
    const outcomes = Promise.allSettled([sent]);
    await clock.advance(1_000);
    expect(reasons(await outcomes)).toEqual([['RequestTimeoutError', true]]);
  });
});

describe('deadlines', () => {
  it('end the connection with the first overdue request, and fail everything on it as written', async () => {
    const sent = [channel.send(handshake('A', 500), VERSION), channel.send(handshake('B', 10_000), VERSION)];
    const outcomes = Promise.allSettled(sent);
    await clock.advance(499);
    expect(channel.isOpen).toBe(true);
    await clock.advance(1);
    expect(reasons(await outcomes)).toEqual([
      ['RequestTimeoutError', true],
      ['ConnectionLostError', true],
    ]);
    expect(client.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('hold for a later request with a shorter time-out, too', async () => {
    const outcomes = Promise.allSettled([
      channel.send(handshake('A', 10_000), VERSION),
      channel.send(handshake('B', 500), VERSION),
    ]);
    await clock.advance(500);
    expect(reasons(await outcomes)).toEqual([
      ['ConnectionLostError', true],
      ['RequestTimeoutError', true],
    ]);
  });

  it('cost one timer for any number of requests, and none when all are answered', async () => {
    const sent = Array.from({ length: 5 }, () => channel.send(handshake('A'), VERSION));
    expect(clock.pendingTimers).toBe(1);
    await clock.settle();
    received.forEach(answer);
    await Promise.all(sent);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are kept when earlier requests were answered in time', async () => {
    const first = channel.send(handshake('A'), VERSION);
    await clock.advance(900);
    const second = Promise.allSettled([channel.send(handshake('B'), VERSION)]);
    answer(received[0]);
    await first;
    await clock.advance(999);
    expect(channel.isOpen).toBe(true);
    await clock.advance(1);
    expect(reasons(await second)).toEqual([['RequestTimeoutError', true]]);
  });
});

describe('a connection that ends', () => {
  it('fails what was written as possibly seen, and refuses what comes later as not written', async () => {
    const before = Promise.allSettled([channel.send(handshake('A'), VERSION)]);
    peer.destroy();
    await channel.closed;
    const after = Promise.allSettled([channel.send(handshake('B'), VERSION)]);
    expect(reasons(await before)).toEqual([['ConnectionLostError', true]]);
    expect(reasons(await after)).toEqual([['ConnectionLostError', false]]);
  });

  it('keeps the first reason', async () => {
    const reason = new Error('first');
    channel.destroy(reason);
    channel.destroy(new Error('second'));
    await channel.closed;
    expect(channel.closeReason).toBe(reason);
  });

  it('survives an error of the socket', async () => {
    const sent = Promise.allSettled([channel.send(handshake('A'), VERSION)]);
    client.destroy(new Error('ECONNRESET'));
    await channel.closed;
    expect(reasons(await sent)).toEqual([['ConnectionLostError', true]]);
    expect(channel.closeReason?.message).toBe('ECONNRESET');
  });

  it.each([
    ['an answer to another request', () => encodeResponse(apis.SaslHandshake, VERSION, 4711, { mechanisms: [] })],
    ['a truncated answer', (id: number) => Buffer.concat([Buffer.from([0, 0, 0, 6]), int32(id), Buffer.from([0, 0])])],
    ['a size no answer has', () => Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ])('trusts nothing after %s', async (_what, bytes) => {
    const outcomes = Promise.allSettled([channel.send(handshake('A'), VERSION), channel.send(handshake('B'), VERSION)]);
    await clock.settle();
    peer.write(bytes(received[0]?.correlationId ?? 0));
    expect(reasons(await outcomes)).toEqual([
      ['ConnectionLostError', true],
      ['ConnectionLostError', true],
    ]);
    expect(channel.isOpen).toBe(false);
  });

  it('trusts nothing after an answer nobody asked for', async () => {
    peer.write(encodeResponse(apis.SaslHandshake, VERSION, 1, { mechanisms: [] }));
    await channel.closed;
    expect(channel.closeReason?.message).toContain('no answer was due');
  });
});

/** What each request failed with, and whether the broker may have seen it. */
function reasons(outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return outcomes.map((outcome) => {
    const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
    const failed = reason instanceof ConnectionLostError || reason instanceof RequestTimeoutError;
    return failed ? [reason.name, reason.written] : outcome;
  });
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
