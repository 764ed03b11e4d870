import type { ProducerRecord } from '../record/producer-record.js';
import { headersOf, type HeaderSource } from './record-fields.js';
import type { RecordHeaders } from './header-list.js';
import { OWN_PAYLOAD, type OwnPayload, type PayloadContract, type ValidPayload } from './own-payload.js';
import { OWN_SERIALIZER, type OwnSerializer } from './own-serializer.js';
import type { Serializer } from './serializer.js';
import { isThenable } from '../support/thenable.js';

const CONTRACT_HEADERS: HeaderSource = 'the headers of its contract are';

/** A record as its contract completes it once the payload is valid. What the record says itself goes before what the contract says. */
export class ValidRecord implements ProducerRecord {
  readonly topic: string;
  readonly value: unknown;
  readonly key: string | Uint8Array | null;
  readonly headers: RecordHeaders | undefined;
  readonly [OWN_SERIALIZER]?: Serializer;

  /** @throws InvalidRecordError when the contract makes no key or no headers of it */
  constructor(
    record: ProducerRecord & OwnSerializer,
    contract: PayloadContract,
    { value }: ValidPayload,
    topic: string,
  ) {
    this.topic = record.topic;
    this.value = value;
    this.key = record.key === undefined ? contract.key(value, topic) : record.key;
    this.headers = merged(record, headersOf(contract.headers(value, topic), topic, CONTRACT_HEADERS), topic);
    const serializer = record[OWN_SERIALIZER];
    if (serializer !== undefined) this[OWN_SERIALIZER] = serializer;
  }
}

/**
 * The contract that still has to see the record's payload. None for a tombstone: its `null` is no payload.
 */
export function payloadContract(record: ProducerRecord & OwnPayload): PayloadContract | undefined {
  const contract = record[OWN_PAYLOAD];
  return contract === undefined || (record.value === null && record.key !== undefined) ? undefined : contract;
}

/**
 * @returns a promise only when the contract's validation is asynchronous
 * @throws PayloadValidationError, InvalidRecordError; also as the rejection
 */
export function validRecord(
  record: ProducerRecord & OwnSerializer,
  contract: PayloadContract,
  topic: string,
): ValidRecord | Promise<ValidRecord> {
  const valid = contract.validate(record.value, topic);
  if (!isThenable(valid)) return new ValidRecord(record, contract, valid, topic);
  return Promise.resolve(valid).then((payload) => new ValidRecord(record, contract, payload, topic));
}

function merged(
  record: ProducerRecord,
  ofContract: RecordHeaders | undefined,
  topic: string,
): RecordHeaders | undefined {
  const own = headersOf(record.headers, topic, 'its headers are');
  if (ofContract === undefined || own === undefined) return own ?? ofContract;
  return { ...ofContract, ...own };
}
