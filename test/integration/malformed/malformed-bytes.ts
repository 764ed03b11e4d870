import fc from 'fast-check';
import { apis, encodeRequest } from 'kafka-wire';

import { batches } from './batches.js';
import { mutated, mutations, places, resized } from './mutations.js';
import { requests } from './requests.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' }).map((array) => Buffer.from(array));
const keys = Object.values(apis).map(({ key }) => key);
const headers = fc
  .tuple(fc.constantFrom(...keys), fc.nat(13), fc.integer(), fc.constantFrom(-1, 0, 4))
  .map(([key, version, correlationId, clientIdBytes]) => {
    const header = Buffer.alloc(14 + Math.max(0, clientIdBytes));
    header.writeInt16BE(key, 4);
    header.writeInt16BE(version, 6);
    header.writeInt32BE(correlationId, 8);
    header.writeInt16BE(clientIdBytes, 12);
    return header;
  });

/** One way to feed a broker nonsense: chunks of bytes, sent one behind the other, and how often. */
export interface KindOfBytes {
  readonly runs: number;
  readonly chunks: fc.Arbitrary<Buffer[]>;
}

/** 97,000 in all; what goes over TCP makes 100,000 of it. */
export const KINDS: Readonly<Record<string, KindOfBytes>> = {
  'bytes that mean nothing': { runs: 10_000, chunks: fc.array(bytes(200), { minLength: 1, maxLength: 3 }) },
  'frames that mean nothing': {
    runs: 10_000,
    chunks: fc.array(bytes(200).map(framed), { minLength: 1, maxLength: 3 }),
  },
  'sound headers with anything behind': {
    runs: 15_000,
    chunks: fc.tuple(headers, bytes(150)).map((parts) => [resized(Buffer.concat(parts))]),
  },
  'sound requests': { runs: 7000, chunks: fc.array(requests, { minLength: 1, maxLength: 3 }).map(framesOf) },
  'batches that claim to be sound': { runs: 10_000, chunks: batches.map((batch) => [produceOf(batch)]) },
  'requests that are cut short': {
    runs: 15_000,
    chunks: fc.tuple(requests, places, fc.boolean()).map(([{ frame }, share, isResized]) => {
      const cut = Buffer.from(frame.subarray(0, Math.floor(share * frame.length)));
      return [isResized ? resized(cut) : cut];
    }),
  },
  'requests that are changed': {
    runs: 30_000,
    chunks: fc.tuple(requests, mutations, fc.boolean()).map(([{ frame }, changes, isResized]) => {
      const changed = mutated(frame, changes);
      return [isResized ? resized(changed) : changed];
    }),
  },
};

function framed(body: Buffer): Buffer {
  return resized(Buffer.concat([Buffer.alloc(4), body]));
}

function framesOf(all: readonly { readonly frame: Buffer }[]): Buffer[] {
  return all.map(({ frame }) => frame);
}

function produceOf(records: Buffer): Buffer {
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }];
  return encodeRequest(apis.Produce, 9, { correlationId: 1, clientId: 'fuzz' }, { acks: 1, timeoutMs: 0, topicData });
}
