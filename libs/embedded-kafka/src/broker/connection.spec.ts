import { Duplex } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { Connection, type Reply } from './connection.js';

/** A socket whose other side is this test. */
class FakeSocket extends Duplex {
  readonly written: string[] = [];
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk.toString());
    done();
  }
}

function frame(text: string): Buffer {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeInt32BE(text.length);
  bytes.write(text, 4);
  return bytes;
}

/** Lets the stream deliver what was pushed. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function connected() {
  const stream = new FakeSocket();
  const served: string[] = [];
  const late = new Map<string, (reply: Reply) => void>();
  const connection = new Connection(
    { stream, host: '' },
    (request) => {
      const text = request.toString();
      served.push(text);
      if (text === 'close') return 'close';
      if (!text.startsWith('wait')) return Buffer.from(`re ${text}`);
      return new Promise((resolve) => late.set(text, resolve));
    },
    () => served.push('closed'),
  );
  return { stream, served, late, connection };
}

describe('Connection', () => {
  it('serves nothing behind a request that waits', async () => {
    const { stream, served, late } = connected();
    stream.push(Buffer.concat([frame('one'), frame('wait'), frame('two')]));
    await settle();
    expect([served, stream.isPaused()]).toEqual([['one', 'wait'], true]);
    late.get('wait')?.(Buffer.from('late'));
    await settle();
    expect([served, stream.written]).toEqual([
      ['one', 'wait', 'two'],
      ['re one', 'late', 're two'],
    ]);
  });

  it('holds what it has to say while it is paused', async () => {
    const { stream, served, late, connection } = connected();
    stream.push(frame('wait'));
    await settle();
    connection.pause();
    late.get('wait')?.(Buffer.from('late'));
    stream.push(frame('two'));
    await settle();
    expect([served, stream.written]).toEqual([['wait'], []]);
    connection.resume();
    await settle();
    expect(stream.written).toEqual(['late', 're two']);
  });

  it('tells those who wait that the client is gone', async () => {
    const { stream, served, connection } = connected();
    expect(connection.signal.aborted).toBe(false);
    stream.destroy();
    await settle();
    expect([served, connection.signal.aborted]).toEqual([['closed'], true]);
  });

  it.each([
    ['a request that ends it', frame('close')],
    ['a size that no frame has', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ])('closes on %s', async (_name, bytes) => {
    const { stream, connection } = connected();
    stream.push(bytes);
    await settle();
    expect(connection.signal.aborted).toBe(true);
  });

  it('goes on when everyone who paused it has resumed it', async () => {
    const { stream, served, connection } = connected();
    const [one, other] = [{}, {}];
    connection.pause(one);
    connection.pause(other);
    stream.push(frame('hello'));
    connection.resume(one);
    await settle();
    expect(served).toEqual([]);
    connection.resume(other);
    await settle();
    expect(stream.written).toEqual(['re hello']);
  });

  it('serves what its client had sent although it has left, when a request outlives it', async () => {
    const { stream, served, late, connection } = connected();
    stream.push(frame('wait'));
    await settle();
    connection.outlive();
    stream.push(Buffer.concat([frame('wait two'), frame('three')]));
    await settle();
    stream.destroy();
    await settle();
    expect([served, connection.isOpen, connection.signal.aborted]).toEqual([['wait'], false, false]);
    late.get('wait')?.(Buffer.from('nobody reads this'));
    await settle();
    late.get('wait two')?.(Buffer.from('nor this'));
    await settle();
    expect([served, stream.written]).toEqual([['wait', 'wait two', 'three', 'closed'], []]);
    expect(connection.signal.aborted).toBe(true);
  });

  it('serves nothing more once the broker has destroyed it, whatever outlives it', async () => {
    const { stream, served, late, connection } = connected();
    stream.push(Buffer.concat([frame('wait'), frame('two')]));
    await settle();
    connection.outlive();
    stream.destroy();
    await settle();
    connection.destroy();
    late.get('wait')?.('nothing');
    await settle();
    expect([served, connection.signal.aborted]).toEqual([['wait', 'closed'], true]);
  });

  it('closes with its client again when the request that would have outlived it is done', async () => {
    const { stream, served, late, connection } = connected();
    stream.push(frame('wait'));
    await settle();
    connection.outlive();
    late.get('wait')?.('nothing');
    await settle();
    stream.destroy();
    await settle();
    expect(served).toEqual(['wait', 'closed']);
  });

  it('runs nothing that was postponed once it is destroyed', async () => {
    const { connection } = connected();
    const ran: string[] = [];
    connection.whenAwake(() => ran.push('at once'));
    connection.pause();
    connection.whenAwake(() => ran.push('when it is awake'));
    connection.destroy();
    connection.resume();
    await settle();
    expect(ran).toEqual(['at once']);
  });
});
