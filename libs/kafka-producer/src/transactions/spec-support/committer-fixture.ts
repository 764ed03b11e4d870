import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { GroupCommitter } from '../committer/group-committer.js';
import { ScriptedBrokers, ToldUnit } from './scripted-transactions.js';

export interface CommitterFixture {
  readonly clock: ManualClock;
  readonly brokers: ScriptedBrokers;
  readonly committer: GroupCommitter;
  /** What its listener was told. */
  readonly events: string[];
  /** @param records of one unit each, several separated by commas */
  readonly submit: (...records: readonly string[]) => ToldUnit[];
}

/** A committer over scripted brokers, on a clock that moves when told; groups of up to 1,000 bytes. */
export function committerFixture(): CommitterFixture {
  const clock = new ManualClock();
  const brokers = new ScriptedBrokers(clock);
  const events: string[] = [];
  const committer = new GroupCommitter(
    { commitTimeoutMs: 30_000 },
    { clock, createProducer: brokers.createProducer, maxGroupBytes: () => 1_000 },
    {
      settledLate: (outcome) => events.push(`late: ${outcome}`),
      fenced: () => events.push('fenced'),
      setApart: (keys, units) => events.push(`apart: ${keys.join()} (${units})`),
    },
  );
  const submit = (...records: readonly string[]): ToldUnit[] =>
    records.map((text) => {
      const unit = new ToldUnit(text.split(', '));
      committer.submit(unit);
      return unit;
    });
  return { clock, brokers, committer, events, submit };
}

/** The last thing each unit was told. */
export function lastTold(units: readonly ToldUnit[]): string[] {
  return units.map((unit) => unit.told.at(-1) ?? 'nothing');
}
