import type { Mutant } from './mutant.js';

const COMMITTER = 'transactions/committer';
const PRODUCER = 'transactions/producer';

/** Bugs that transactions could have; each must be found. */
export const UNIT_BUGS: Readonly<Record<string, Mutant>> = {
  'takes the acknowledgement of one record for that of all': [
    {
      file: `${PRODUCER}/append-call.ts`,
      from: "this.settle(index, { kind: 'appended', metadata });",
      to: "this.settleRest(() => ({ kind: 'appended', metadata }));",
    },
  ],
  'sends no offsets when a group runs again': [
    {
      file: `${COMMITTER}/group-attempt.ts`,
      from: 'if (offsets.length > 0) {',
      to: 'if (offsets.length > 0 && group.every(({ lastError }) => lastError === undefined)) {',
    },
  ],
  'keeps its epoch after an abort': [
    {
      file: `${PRODUCER}/kafka-transactional-producer.ts`,
      from: "version === 2 || verdict === 'abort' ||",
      to: 'version === 2 ||',
    },
    {
      file: `${PRODUCER}/kafka-transactional-producer.ts`,
      from: 'if (this.#version === 1) this.renew();',
      to: 'if (this.#version === 2) this.renew();',
    },
  ],
  'takes a verdict whose answer was lost for committed': [
    {
      file: `${PRODUCER}/transaction-end.ts`,
      from: 'return aborted(progress.wasLost);',
      to: `return aborted(progress.wasLost);
      return { kind: 'ended', outcome: 'committed', next: undefined, isOurs: true, mayArriveLate: true };`,
    },
  ],
  'asks for a new identity before a lost verdict is settled, and runs the group again': [
    {
      file: `${PRODUCER}/transaction-end.ts`,
      from: "return { kind: 'unresolved', canBeAsked: error instanceof NoAnswerError, error: error as Error };",
      to: 'return aborted(true);',
    },
  ],
  'tells those beside a culprit that they are committed': [
    {
      file: `${COMMITTER}/commit-lane.ts`,
      from: 'this.#planned.unshift(...runsAround(others, suspects));',
      to: `if (culprits.size > 0) for (const pending of others) this.#context.committed(pending, []);
    this.#planned.unshift(...runsAround(others, suspects));`,
    },
  ],
  'lets units commit behind one of their chain that failed': [
    {
      file: `${COMMITTER}/offset-chains.ts`,
      from: 'for (const link of links.slice(at + 1)) gone.add(link.unit);',
      to: 'if (at < 0) gone.add(each);',
    },
  ],
  'does not wait for the unit before in a chain': [
    { file: `${COMMITTER}/offset-chains.ts`, from: 'if (!link.hasEntered) return true;', to: '' },
  ],
  'begins the next group before the verdict of the last one': [
    {
      file: `${COMMITTER}/commit-lane.ts`,
      from: 'await this.#end(group, answers, producer, commitDeadlineMs);',
      to: 'void this.#end(group, answers, producer, commitDeadlineMs);',
    },
  ],
  'tells units that they are committed when the verdict is written': [
    {
      file: `${COMMITTER}/commit-lane.ts`,
      from: "const outcome = await producer.end('commit', deadlineMs);",
      to: `for (const [pending, metadata] of metadataOf(group, answers)) this.#context.committed(pending, metadata);
    const outcome = await producer.end('commit', deadlineMs);`,
    },
  ],
  'lets units overtake those that wait for the same sick partition': [
    {
      file: `${COMMITTER}/group-committer.ts`,
      from: 'if (this.#quarantine.concerns(pending)) this.#setApart([pending]);\n    else ',
      to: '',
    },
    {
      file: `${COMMITTER}/commit-lane.ts`,
      from: 'if (this.#isQuarantine || quarantine.size === 0) return group;',
      to: 'if (quarantine.size >= 0) return group;',
    },
  ],
  'takes back units that have joined a group': [
    {
      file: `${COMMITTER}/group-committer.ts`,
      from: 'if (pending === undefined || pending.commitDeadlineMs !== Infinity) return false;',
      to: 'if (pending === undefined) return false;',
    },
    { file: 'transactions/unit/unit-life.ts', from: "'committing');\n    this.expiry.stop();", to: "'committing');" },
    {
      file: 'transactions/unit/unit-life.ts',
      from: "if (this.#state === 'queued' && !this.#parts.committer.withdraw(this)) return;",
      to: "if (['queued', 'committing'].includes(this.#state) && !this.#parts.committer.withdraw(this)) return;",
    },
    {
      file: 'transactions/unit/unit-life.ts',
      from: "if (!wasWorking && this.#state !== 'queued') return;",
      to: "if (!wasWorking && this.#state !== 'queued' && this.#state !== 'committing') return;",
    },
  ],
  'commits the first offset of a partition, not the last one': [
    {
      file: `${PRODUCER}/transaction-offsets.ts`,
      from: 'partitions.set(offset.partition, offset);',
      to: 'if (!partitions.has(offset.partition)) partitions.set(offset.partition, offset);',
    },
  ],
  'does not tell the broker which member has consumed': [
    {
      file: `${PRODUCER}/transaction-offsets.ts`,
      from: "const fenced = member !== 'unfenced';",
      to: "const fenced = false && member !== 'unfenced';",
    },
  ],
};
