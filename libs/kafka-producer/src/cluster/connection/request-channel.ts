import type { Duplex } from 'node:stream';
import { FrameReader, peekCorrelationId } from 'kafka-wire';
import type { Clock } from '../../support/clock.js';
import type { WireRequest } from '../cluster.js';
import { ConnectionLostError, RequestTimeoutError } from '../cluster.errors.js';
import { InFlightRequests, type InFlightRequest } from './in-flight-requests.js';

export interface RequestChannelContext {
  /** `host:port`, for messages. */
  readonly broker: string;
  readonly clientId: string;
  readonly clock: Clock;
}

/**
 * Pipelined requests over one byte stream.
 *
 * Requests are written in the order of the `send()` calls, synchronously, and answered in that order. Whatever ends the stream (an error, the peer, an
 * overdue answer, bytes that are not Kafka's) settles every request on it, exactly once.
 */
export class RequestChannel {
  /** Resolves when the stream is closed and nothing of it is left; never rejects. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #context: RequestChannelContext;
  readonly #frames = new FrameReader();
  readonly #inFlight: InFlightRequests;
  #correlationId = 0;
  #isOpen = true;
  #closeReason: Error | undefined;
  #firstBytes: Buffer | undefined;
  #framesRead = 0;

  constructor(stream: Duplex, context: RequestChannelContext) {
    this.#stream = stream;
    this.#context = context;
    this.#inFlight = new InFlightRequests(context.clock, (overdue) => this.#timeOut(overdue));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    // The reason of a close; kept listening afterwards, because a late error without a listener would end the process.
    stream.on('error', (error: Error) => this.destroy(error));
    stream.on('end', () => this.destroy());
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.destroy();
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Why the channel closed: absent while it is open and when the peer closed it without a word. */
  get closeReason(): Error | undefined {
    return this.#closeReason;
  }

  /** Requests not settled yet. */
  get outstanding(): number {
    return this.#inFlight.size;
  }

  /** Whether this peer has ever sent a whole frame. */
  get hasAnswered(): boolean {
    return this.#framesRead > 0;
  }

  /** The first bytes the peer ever sent: tell what it is when it does not speak Kafka's protocol. */
  get firstBytes(): Buffer | undefined {
    return this.#firstBytes;
  }

  send<R>(request: WireRequest<R>, version: number): Promise<R> {
    const { broker, clientId, clock } = this.#context;
    if (!this.#isOpen) {
      return Promise.reject(new ConnectionLostError({ broker, written: false, cause: this.#closeReason }));
    }
    const correlationId = (this.#correlationId = (this.#correlationId + 1) & 0x7fff_ffff);
    let pieces: readonly Uint8Array[];
    try {
      pieces = request.encode(version, correlationId, clientId);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise<R>((resolve, reject) => {
      const entry: InFlightRequest = {
        correlationId,
        api: request.api.name,
        timeoutMs: request.timeoutMs,
        deadlineMs: clock.now() + request.timeoutMs,
        answer: (frame) => resolve(request.decode(version, frame)),
        fail: reject,
      };
      this.#inFlight.add(entry, request.expectResponse);
      if (request.expectResponse) this.#write(pieces);
      else {
        this.#write(pieces, (error) => {
          if (!error && this.#inFlight.removeUnanswered(entry)) resolve(undefined as R);
        });
      }
    });
  }

  /** Closes the stream at once and settles every request. The first reason wins. */
  destroy(reason?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#closeReason = reason;
    this.#stream.destroy();
    const lost = this.#inFlight.clear();
    if (lost.length === 0) return;
    const error = new ConnectionLostError({ broker: this.#context.broker, written: true, cause: reason });
    for (const request of lost) request.fail(error);
  }

  /** One system call for all pieces, without joining them. */
  #write(pieces: readonly Uint8Array[], onTaken?: (error: Error | null | undefined) => void): void {
    const last = pieces.length - 1;
    if (last > 0) this.#stream.cork();
    for (let i = 0; i < last; i++) this.#stream.write(pieces[i]);
    this.#stream.write(pieces[last], onTaken);
    if (last > 0) this.#stream.uncork();
  }

  #receive(chunk: Buffer): void {
    this.#firstBytes ??= chunk;
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== undefined && this.#isOpen; frame = this.#frames.next()) {
        this.#framesRead++;
        this.#answer(frame);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** Throws when the frame is not the answer that is due: nothing on this connection can be trusted any more. */
  #answer(frame: Buffer): void {
    const correlationId = peekCorrelationId(frame);
    const expected = this.#inFlight.oldest();
    if (expected?.correlationId !== correlationId) {
      const wanted = expected === undefined ? 'no answer was due' : `${expected.correlationId} was due`;
      throw new Error(`The broker answered request ${correlationId}, but ${wanted}`);
    }
    // Taken off only once it could be decoded, so that a malformed answer fails its own request, too.
    expected.answer(frame);
    this.#inFlight.shift();
  }

  /** Later answers could come for any of the requests behind it, or never: the connection ends with the first overdue one. */
  #timeOut(overdue: InFlightRequest): void {
    const { api, timeoutMs } = overdue;
    const error = new RequestTimeoutError({ broker: this.#context.broker, api, timeoutMs });
    overdue.fail(error);
    this.destroy(error);
  }
}
