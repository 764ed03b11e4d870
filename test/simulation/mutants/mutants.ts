import type { Mutant } from './mutant.js';
import { UNIT_BUGS } from './unit-mutants.js';

const SETTLEMENT = 'sender/batch-settlement.ts';
const FLIGHT = 'sender/partition-flight.ts';
const BOARDING = 'sender/boarding.ts';
const SENDER = 'sender/sender.ts';
const OUTCOME = 'sender/produce-outcome.ts';
const ACCUMULATOR = 'accumulator/record-accumulator.ts';
const QUEUE = 'accumulator/partition-queue.ts';
const BATCH = 'accumulator/producer-batch.ts';

/** Not a bug: a producer whose first sequences are near the end of their range. */
export const NEAR_THE_WRAP: Mutant = [
  {
    file: FLIGHT,
    from: 'this.#identity = identity;\n    this.#nextSequence = 0;',
    to: 'this.#identity = identity;\n    this.#nextSequence = identity.epoch === 0 ? 0x7fff_fff0 : 0;',
  },
];

/** Not a bug: the first epoch is the one before the last. */
export const NEAR_THE_LAST_EPOCH: Mutant = [
  { file: 'sender/producer-identity.ts', from: 'epoch: producerEpoch };', to: 'epoch: 0x7ffe };' },
];

/** Bugs that a producer could have; each must be found. */
export const BUGS: Readonly<Record<string, Mutant>> = {
  'reuses the sequence of a batch that was given up': [
    {
      file: SETTLEMENT,
      from: 'if (batch.stamp !== undefined && this.#identity !== undefined) flight.doubt();',
      to: 'if (batch.stamp !== undefined) flight.reuse(batch.stamp.baseSequence);',
    },
    {
      file: FLIGHT,
      from: '  doubt(): void {',
      to: '  reuse(sequence: number): void {\n    this.#nextSequence = sequence;\n  }\n\n  doubt(): void {',
    },
  ],
  'gives a batch another sequence when it goes again': [
    { file: SETTLEMENT, from: "batch.become('ready');", to: "batch.become('ready');\n    batch.stamp = undefined;" },
  ],
  'sends a batch again to another partition': [
    {
      file: SETTLEMENT,
      from: 'flight.queue.reinsert(batch);\n    this.#accumulator.active.add(flight.queue);',
      to: `Object.assign(batch, { partition: 0, ...(batch.partition !== 0 && { stamp: undefined }) });
    const queue = this.#accumulator.queue(batch.topic, 0);
    queue.reinsert(batch);
    this.#accumulator.active.add(queue);`,
    },
  ],
  'lets a batch that is compressed faster go first': [
    {
      file: QUEUE,
      from: 'return this.#batches[0];',
      to: "return this.#batches.find(({ state }) => state === 'ready') ?? this.#batches[0];",
    },
    {
      file: QUEUE,
      from: 'return this.#batches.shift();',
      to: 'const { head } = this;\n    if (head !== undefined) this.remove(head);\n    return head;',
    },
  ],
  'takes an answer that leaves a partition out for a success': [
    {
      file: OUTCOME,
      from: "return unanswered('the answer left this partition out', true);",
      to: "return { kind: 'appended', baseOffset: -1, appendTimeMs: -1 };",
    },
  ],
  'takes a refused sequence for a repeat': [
    {
      file: OUTCOME,
      from: 'case DUPLICATE_SEQUENCE_NUMBER:',
      to: 'case DUPLICATE_SEQUENCE_NUMBER:\n    case OUT_OF_ORDER_SEQUENCE_NUMBER:',
    },
  ],
  'sends more than the first batch to a broker that knows nothing of it': [
    { file: FLIGHT, from: 'this.#isInDoubt || !this.#isKnown) return false;', to: 'this.#isInDoubt) return false;' },
  ],
  'forgets that an attempt may have been appended': [
    { file: SETTLEMENT, from: 'if (outcome.maybeAppended) batch.maybeAppended = true;', to: '' },
  ],
  'takes a request without an answer for one that was not served': [
    { file: OUTCOME, from: 'maybeAppended: written,', to: 'maybeAppended: false,' },
  ],
  'calls what is on the wire not written': [
    {
      file: SETTLEMENT,
      from: "return batch.maybeAppended || batch.state === 'in-flight' ?",
      to: 'return batch.maybeAppended ?',
    },
  ],
  'stays in its epoch when a sequence is in doubt': [
    { file: BOARDING, from: 'if (flight.identity !== undefined) this.#identity.bump(flight.identity);', to: '' },
  ],
  'goes on in a new epoch while the old one is on the wire': [
    {
      file: BOARDING,
      from: 'return current === flight.identity || flight.inFlight.length === 0 ? current : undefined;',
      to: 'return current;',
    },
  ],
  'sends a batch once more that was given up': [
    {
      file: SENDER,
      from: 'for (const { flight, batch } of passengers) this.settlement.settle(flight, batch, outcome(batch));',
      to: `const again = passengers.filter(({ flight, batch }) => {
      const { kind } = outcome(batch);
      this.settlement.settle(flight, batch, outcome(batch));
      return kind === 'retry' && batch.state === 'done';
    });
    if (again.length === 0) return;
    void this.#cluster.send(nodeId, produceRequest(again, this.#settings), 'produce').catch(() => {});`,
    },
  ],
  'acknowledges what it has written to the socket': [
    {
      file: SENDER,
      from: 'for (const { batch } of passengers) this.bytesSent += batch.sizeBytes;',
      to: `for (const { batch } of passengers) this.bytesSent += batch.sizeBytes;
    queueMicrotask(() => {
      for (const { batch } of passengers) if (batch.attempts === 1) this.settlement.acknowledge(batch, -1, -1);
    });`,
    },
  ],
  'gives memory back twice': [
    {
      file: ACCUMULATOR,
      from: 'this.#spare.released(batch);\n    this.memory.release(bytes);',
      to: 'this.#spare.released(batch);\n    this.memory.release(bytes);\n    this.memory.release(bytes);',
    },
  ],
  'keeps the memory of a batch that has failed': [
    {
      file: SETTLEMENT,
      from: 'this.#accumulator.release(batch);\n    this.#onFailure(error, batch);',
      to: 'this.#onFailure(error, batch);',
    },
  ],
  'puts the parts of a batch in the wrong order': [
    {
      file: BATCH,
      from: 'this.ordinal + (this.#ordinalSpan * index) / records.length;',
      to: 'this.ordinal + this.#ordinalSpan * (1 - (index + 1) / (records.length + 1));',
    },
  ],
  'calls an aborted record not written although it has left': [
    {
      file: 'pipeline/abortable-delivery.ts',
      from: "this.#withdraw() ? 'no' : 'possibly'",
      to: "this.#withdraw() ? 'no' : 'no'",
    },
  ],
  'flushes without those who wait for memory': [
    { file: 'pipeline/producer-pipeline.ts', from: 'this.#lines.expect(flush);', to: '' },
  ],
  'counts sequences beyond the last one': [
    ...NEAR_THE_WRAP,
    {
      file: FLIGHT,
      from: '(this.#nextSequence + batch.recordCount) & SEQUENCE_MASK;',
      to: 'this.#nextSequence + batch.recordCount;',
    },
  ],
};

/** By the name that an import gives. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...BUGS,
  ...UNIT_BUGS,
  'near the wrap': NEAR_THE_WRAP,
  'near the last epoch': NEAR_THE_LAST_EPOCH,
};
