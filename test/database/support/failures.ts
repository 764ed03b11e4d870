import type { EmbeddedKafka } from 'embedded-kafka';

import type { GuideOrders, Order } from './guide.js';

/** What an order meets on its way. */
export interface Failure {
  readonly order?: Partial<Order>;
  /** There is a row of this id already. */
  readonly isTaken?: true;
  readonly reserveStock?: 'fails' | 'outlives the unit';
  readonly sendMail?: 'fails';
  readonly loseCommits?: true;
  readonly breakKafka?: (kafka: EmbeddedKafka) => void;
  readonly timeoutMs?: number;
  /** Long where the commit has to get far before its time is over. */
  readonly commitTimeoutMs?: number;
}

/** Longer than the 2,000 bytes the topic takes. */
const LARGE = 'x'.repeat(5_000);

/** Several for one row of the guide: each is what it may be in fact. By the words of its first column. */
export const FAILURES: Readonly<Record<string, readonly Failure[]>> = {
  nothing: [{}],
  'a statement': [{ isTaken: true }],
  'the record cannot be made': [{ order: { total: 9n } }],
  'the work, within the database transaction': [{ reserveStock: 'fails' }],
  'the work, after its last statement': [{ sendMail: 'fails' }],
  '`timeoutMs`, while the work goes on': [{ reserveStock: 'outlives the unit', timeoutMs: 300 }],
  'the database refuses to commit': [{ order: { customer: 'nobody' } }],
  "the answer to the database's commit is lost": [{ loseCommits: true }],
  'Kafka refuses the record': [{ order: { note: LARGE } }],
  'Kafka does not answer': [
    { breakKafka: ({ faults }) => void faults.onRequest('Produce', { action: 'drop' }) },
    { breakKafka: ({ faults }) => void faults.onResponse('Produce', { action: 'drop' }) },
  ],
  "the answer to Kafka's commit is lost": [
    { breakKafka: ({ faults }) => void faults.onRequest('EndTxn', { action: 'drop' }), commitTimeoutMs: 6_000 },
    { breakKafka: ({ faults }) => void faults.onResponse('EndTxn', { action: 'drop' }), commitTimeoutMs: 6_000 },
  ],
};

/** Shown apart: it takes a process. */
export const DEATH = 'the process dies between the two commits';

/** What the words of the last column stand for. `undefined`: it resolves. */
export const CALLERS: Readonly<Record<string, (error: unknown) => boolean>> = {
  resolves: (error) => error === undefined,
  "the database's error": (error) => isOfDatabase(error as Error),
  'its own error': (error) => (error as Error).message === 'of the work',
  '`SerializationError`': hasCode('SERIALIZATION'),
  '`RecordTooLargeError`': hasCode('RECORD_TOO_LARGE'),
  '`DeliveryTimeoutError`': hasCode('DELIVERY_TIMEOUT'),
  '`TransactionAbortedError` (rejected)': hasCode('TRANSACTION_ABORTED', 'rejected'),
  '`TransactionAbortedError` (timeout)': hasCode('TRANSACTION_ABORTED', 'timeout'),
  '`TransactionOutcomeUnknownError`': hasCode('TRANSACTION_OUTCOME_UNKNOWN'),
};

/** The errors of `pg`: with a code of PostgreSQL, or of a connection that is gone. */
function isOfDatabase(error: Error & { code?: string }): boolean {
  return /^\d{5}$/.test(error.code ?? '') || error.message.startsWith('Connection terminated');
}

function hasCode(code: string, reason?: string): (error: unknown) => boolean {
  return (error) => {
    const { code: given, reason: why } = error as { code?: string; reason?: string };
    return given === `KAFKA_PRODUCER_${code}` && (reason === undefined || why === reason);
  };
}

/** Without a unit nothing ends the work: it may take as long as it likes. */
export function endsWithUnit(method: keyof GuideOrders): boolean {
  return method !== 'placeWithoutUnit';
}
