import type { QueuedEvent } from './event-queue.js';
import type { NetworkConditions } from './network-conditions.js';
import type { TraceKind } from './trace.js';

/** What travels besides bytes: the connection is open, it is refused, its sender has said everything, its sender is gone. */
export type Signal = Extract<TraceKind, 'open' | 'refuse' | 'end' | 'reset'>;

/** Who gets what a lane carries. */
export interface LaneReceiver {
  /** @returns whether it wants more at once; otherwise `wantsMore()` is called when it does */
  bytes(chunk: Buffer): boolean;
  signal(signal: Signal): void;
}

interface Segment {
  /** Earliest; what is in front of it comes first. */
  readonly dueMs: number;
  readonly load: Buffer | Signal;
}

/** Bytes on their way or unread by the receiver, above which a sender has to wait: what the kernel buffers of a socket hold. */
const CAPACITY_BYTES = 65_536;
const MAX_PIECES = 4;

/**
 * One direction of a connection. Everything arrives in the order it was sent; when, and in how many pieces, is random.
 *
 * While it is held, or the receiver does not read, nothing arrives and nothing is lost.
 */
export class ByteLane {
  readonly #segments: Segment[] = [];
  #bytes = 0;
  #isWanted = false;
  #holds = 0;
  #arrival: QueuedEvent | undefined;
  #onRoom: (() => void) | undefined;

  /** @param number in the trace @param isBlocked whether the network lets nothing through */
  constructor(
    readonly number: number,
    readonly name: string,
    readonly conditions: NetworkConditions,
    readonly receiver: LaneReceiver,
    readonly isBlocked: () => boolean,
  ) {}

  /** Bytes on their way or unread. */
  get bytesUnderWay(): number {
    return this.#bytes;
  }

  get isHeld(): boolean {
    return this.#holds > 0 || this.isBlocked();
  }

  /** Something has arrived that the receiver has not read. */
  get hasUnread(): boolean {
    const head = this.#segments[0];
    return head !== undefined && Buffer.isBuffer(head.load) && head.dueMs <= this.conditions.scheduler.nowMs;
  }

  /**
   * Takes the bytes over: nobody may write to them any more.
   *
   * @param onRoom called when more may be sent, perhaps at once
   */
  send(bytes: Buffer, onRoom: () => void): void {
    this.#bytes += bytes.length;
    for (const piece of this.conditions.pieces(bytes, MAX_PIECES)) this.#add(piece);
    if (this.#bytes < CAPACITY_BYTES) onRoom();
    else this.#onRoom = onRoom;
  }

  /** Arrives behind everything that was sent before. */
  signal(signal: Signal): void {
    this.#add(signal);
  }

  wantsMore(): void {
    this.#isWanted = true;
    this.reschedule();
  }

  /** What was sent and has not arrived is lost. */
  clear(): void {
    this.#segments.length = 0;
    this.#taken(this.#bytes);
    this.reschedule();
  }

  /** Nothing arrives until it was released as often as it was held. */
  hold(): void {
    this.#holds++;
    this.reschedule();
  }

  release(): void {
    this.#holds--;
    this.reschedule();
  }

  /** To be called when the network may have changed its mind about this lane. */
  reschedule(): void {
    const head = this.#segments[0];
    const { scheduler } = this.conditions;
    const mayArrive = head !== undefined && !this.isHeld && (this.#isWanted || !Buffer.isBuffer(head.load));
    if (mayArrive && this.#arrival === undefined) {
      this.#arrival = scheduler.deliver(Math.max(head.dueMs, scheduler.nowMs), () => this.#arrive());
    } else if (!mayArrive && this.#arrival !== undefined) {
      scheduler.cancel(this.#arrival);
      this.#arrival = undefined;
    }
  }

  #add(load: Buffer | Signal): void {
    const { scheduler } = this.conditions;
    this.#segments.push({ dueMs: scheduler.nowMs + this.conditions.latency(), load });
    this.reschedule();
  }

  #arrive(): void {
    this.#arrival = undefined;
    const segment = this.#segments.shift();
    if (segment === undefined) return;
    const { load } = segment;
    const { scheduler } = this.conditions;
    if (Buffer.isBuffer(load)) {
      const bytes = this.#joined(load);
      scheduler.trace.add(scheduler.nowMs, 'bytes', this.number, bytes, () => `${this.name}, ${bytes.length} bytes`);
      this.#isWanted = this.receiver.bytes(bytes);
      this.#taken(bytes.length);
    } else {
      scheduler.trace.add(scheduler.nowMs, load, this.number, undefined, () => this.name);
      this.receiver.signal(load);
    }
    this.reschedule();
  }

  /** With what has arrived by now as well, by chance: a reader cannot rely on the pieces of the writer. */
  #joined(first: Buffer): Buffer {
    const parts = [first];
    for (let next = this.#segments[0]; next !== undefined; next = this.#segments[0]) {
      const isThere = Buffer.isBuffer(next.load) && next.dueMs <= this.conditions.scheduler.nowMs;
      if (!isThere || !this.conditions.joins()) break;
      parts.push(next.load as Buffer);
      this.#segments.shift();
    }
    return parts.length === 1 ? first : Buffer.concat(parts);
  }

  #taken(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#onRoom === undefined || this.#bytes >= CAPACITY_BYTES) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom();
  }
}
