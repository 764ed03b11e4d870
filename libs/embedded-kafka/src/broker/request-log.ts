import type { ApiName, apis, RequestOf } from 'kafka-wire';
import { Awaited } from '../faults/awaited.js';
import type { Fault } from '../faults/fault.js';

/** One batch of a produce request. */
export interface LoggedBatch {
  readonly topic: string;
  readonly partition: number;
  /** As the batch's header says, before anything was checked. */
  readonly recordCount: number;
  readonly sizeBytes: number;
}

/** A request that reached a broker. */
export interface LoggedRequest {
  /** Node id of the broker. */
  readonly broker: number;
  readonly api: ApiName;
  readonly apiVersion: number;
  readonly clientId: string;
  readonly correlationId: number;
  /** The whole frame without its size field. */
  readonly sizeBytes: number;
  /** When its serving began, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** Produce only. */
  readonly acks?: number;
  /** Produce only: what it carried, in its order. */
  readonly batches?: readonly LoggedBatch[];
  /** Produce only: records of all batches. */
  readonly recordCount?: number;
  /** What struck it, on its way in or out, in that order. Absent when nothing did. */
  faults?: readonly Fault[];
  /** A defect of the embedded broker itself: because of it the client was answered UNKNOWN_SERVER_ERROR, or cut off. */
  failure?: unknown;
}

const RECORD_COUNT_AT = 57;
const BATCH_HEADER_BYTES = 61;

/** The latest requests a cluster has seen, oldest first. */
export class RequestLog {
  readonly #awaited = new Awaited<LoggedRequest>();
  #entries: LoggedRequest[] = [];

  constructor(
    readonly maxEntries: number,
    readonly onRequest?: (request: LoggedRequest) => void,
  ) {}

  add(entry: LoggedRequest): void {
    this.onRequest?.(entry);
    this.#entries.push(entry);
    // Thrown away in halves: shifting one by one would cost as much as the log is long, each time.
    if (this.#entries.length >= this.maxEntries * 2) this.#entries = this.#entries.slice(-this.maxEntries);
    this.#awaited.offer(entry);
  }

  of(api?: ApiName): LoggedRequest[] {
    const latest = this.#entries.slice(-this.maxEntries);
    return api === undefined ? latest : latest.filter((entry) => entry.api === api);
  }

  /** Resolves with the first request that is there, or else comes, and that `isIt`; rejects once the log is closed. */
  seen(api: ApiName | undefined, isIt: (request: LoggedRequest) => boolean): Promise<LoggedRequest> {
    const wanted = (entry: LoggedRequest) => (api === undefined || entry.api === api) && isIt(entry);
    const found = this.of(api).find(wanted);
    return found === undefined ? this.#awaited.next(wanted) : Promise.resolve(found);
  }

  clear(): void {
    this.#entries = [];
  }

  /** No request comes any more. */
  close(reason: Error): void {
    this.#awaited.close(reason);
  }
}

/** What the log keeps of a produce request besides the common facts. */
export function describeProduce(
  request: RequestOf<typeof apis.Produce>,
): Required<Pick<LoggedRequest, 'acks' | 'batches' | 'recordCount'>> {
  const batches = request.topicData.flatMap(({ name, partitionData }) =>
    partitionData.map(({ index, records }) => ({
      topic: name,
      partition: index,
      recordCount: records !== null && records.length >= BATCH_HEADER_BYTES ? records.readInt32BE(RECORD_COUNT_AT) : 0,
      sizeBytes: records?.length ?? 0,
    })),
  );
  return { acks: request.acks, batches, recordCount: batches.reduce((sum, batch) => sum + batch.recordCount, 0) };
}
