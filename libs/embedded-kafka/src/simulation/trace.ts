import { createHash } from 'node:crypto';

/** What can happen in a simulation. The order is part of the hash. */
const KINDS = [
  'timer',
  'syn',
  'open',
  'refuse',
  'bytes',
  'end',
  'reset',
  'cut',
  'hold',
  'release',
  'partition',
  'heal',
  'outside',
  'note',
] as const;
export type TraceKind = (typeof KINDS)[number];

const HEADER_BYTES = 17;
const BUFFER_BYTES = 65_536;
const NOTHING = Buffer.alloc(0);

/** What happened, in its order. */
export interface SimulationTrace {
  /** Over everything so far, SHA-256 in hex: two runs with the same hash were the same run, byte for byte. */
  readonly hash: string;
  /** How many things have happened. */
  readonly entryCount: number;
  /** The latest entries for a human, oldest first; at most `maxTraceLines`. */
  readonly lines: readonly string[];
}

/**
 * Entries are gathered in a buffer and hashed by the block: one call of the hash per event would cost more than the event.
 */
export class Trace implements SimulationTrace {
  readonly lines: string[] = [];
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;
  #entryCount = 0;

  /** @param maxLines 0: none are kept, which is fastest */
  constructor(readonly maxLines: number) {}

  get entryCount(): number {
    return this.#entryCount;
  }

  get hash(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  /** @param subject number of the timer or of the connection */
  add(atMs: number, kind: TraceKind, subject: number, bytes: Uint8Array = NOTHING, what?: () => string): void {
    this.#entryCount++;
    if (this.#used + HEADER_BYTES > BUFFER_BYTES) this.#flush();
    const at = this.#used;
    this.#buffer.writeDoubleLE(atMs, at);
    this.#buffer[at + 8] = KINDS.indexOf(kind);
    this.#buffer.writeUInt32LE(subject, at + 9);
    this.#buffer.writeUInt32LE(bytes.length, at + 13);
    this.#used = at + HEADER_BYTES;
    this.#append(bytes);
    if (this.maxLines === 0) return;
    if (this.lines.length >= this.maxLines) this.lines.shift();
    this.lines.push(`${atMs.toFixed(3)} ms  ${kind}  ${what?.() ?? `#${subject}`}`);
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#used + bytes.length > BUFFER_BYTES) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#hash.update(bytes);
    } else {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  #flush(): void {
    if (this.#used > 0) this.#hash.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
