import { describe, expect, it } from 'vitest';

import { checkHistory, type HistoryToCheck, type ViolationKind } from './check-history.js';
import { DeliveryHistory, type Sighting } from './delivery-history.js';
import { describeViolations } from './describe-violations.js';
import type { LoggedRecord, Outcome, SentRecord } from './sent-record.js';

const ok = (offset: number | undefined, partition = 0): Outcome => ({ kind: 'ok', partition, offset });
const failed = (kind: 'fail-no' | 'fail-possibly'): Outcome => ({ kind, error: 'timed out' });

function sentAs(...outcomes: readonly Outcome[]): SentRecord[] {
  return outcomes.map((outcome, call) => {
    return { value: `#${call}`, topic: 't', call, calledAtMs: call, settledAtMs: call + 100, outcome };
  });
}

function logOf(...values: readonly string[]): ReadonlyMap<string, LoggedRecord[]> {
  return new Map([['t', values.map((value, offset) => ({ partition: 0, offset, value }))]]);
}

const sighting = (offset: number, value: string): Sighting => {
  return { topic: 't', isolation: 'read_committed', atMs: 5, partition: 0, offset, value };
};

const CASES: Readonly<Record<string, readonly [history: HistoryToCheck, found: readonly ViolationKind[]]>> = {
  'every record once, in order and where it was said to be': [
    { sent: sentAs(ok(0), ok(1), ok(undefined)), logs: logOf('#0', '#1', '#2') },
    [],
  ],
  'a record that possibly is there and is not': [
    { sent: sentAs(failed('fail-possibly'), ok(0)), logs: logOf('#1') },
    [],
  ],
  'a record that possibly is there and is': [
    { sent: sentAs(failed('fail-possibly'), ok(1)), logs: logOf('#0', '#1') },
    [],
  ],
  'an acknowledged record that is not there': [{ sent: sentAs(ok(0), ok(1)), logs: logOf('#0') }, ['lost']],
  'a record that is there twice': [{ sent: sentAs(ok(0), ok(2)), logs: logOf('#0', '#0', '#1') }, ['doubled']],
  'a failed record that is there': [{ sent: sentAs(failed('fail-no'), ok(1)), logs: logOf('#0', '#1') }, ['ghost']],
  'a record nobody sent': [{ sent: sentAs(ok(0)), logs: logOf('#0', 'who?') }, ['ghost']],
  'records in another order than they were sent': [
    { sent: sentAs(ok(1), ok(0)), logs: logOf('#1', '#0') },
    ['reordered'],
  ],
  'a late copy of a record that possibly is there, out of order': [
    { sent: sentAs(failed('fail-possibly'), ok(0)), logs: logOf('#1', '#0') },
    ['reordered'],
  ],
  'an acknowledgement with the offset of another record': [
    { sent: sentAs(ok(0), ok(0)), logs: logOf('#0', '#1') },
    ['wrong offset'],
  ],
  'a false duplicate: acknowledged at the offset of another and lost': [
    { sent: sentAs(ok(0), ok(0)), logs: logOf('#0') },
    ['lost'],
  ],
  'an acknowledgement of another partition': [{ sent: sentAs(ok(0, 3)), logs: logOf('#0') }, ['wrong partition']],
  'a record nobody was told of': [{ sent: sentAs({ kind: 'unsettled' }), logs: logOf() }, ['unsettled']],
  'a record that was settled too late': [
    { sent: sentAs(ok(0)), logs: logOf('#0'), settleWithinMs: 99 },
    ['settled late'],
  ],
  'a record that was read and is gone': [
    { sent: sentAs(failed('fail-possibly')), sightings: [sighting(0, '#0')], logs: logOf() },
    ['vanished'],
  ],
  'an offset at which two records were read': [
    {
      sent: sentAs(ok(0), failed('fail-possibly')),
      sightings: [sighting(0, '#1'), sighting(0, '#0')],
      logs: logOf('#0'),
    },
    ['vanished'],
  ],
};

describe('checkHistory', () => {
  it.each(Object.entries(CASES))('judges %s', (_name, [history, found]) => {
    expect(checkHistory(history).map(({ kind }) => kind)).toEqual(found);
  });

  it('tells of the records it is about and what stands around them', () => {
    const history: HistoryToCheck = { sent: sentAs(ok(0), ok(0), ok(1)), logs: logOf('#0', '#2') };
    expect(describeViolations(checkHistory(history), history)).toBe(
      [
        '1 lost of 3 records',
        '- lost: #1 was acknowledged at 0:0 and is not in the log; #0 stands there',
        '    #0 sent at 0 ms, settled at 100 ms: ok at 0:0',
        '    #1 sent at 1 ms, settled at 101 ms: ok at 0:0',
        '    log: 0:0 #0 | 0:1 #2',
      ].join('\n'),
    );
  });
});

describe('DeliveryHistory', () => {
  it('notes what a sender is told, and when', async () => {
    let nowMs = 0;
    const history = new DeliveryHistory(() => nowMs);
    await history.send('t', async () => {
      nowMs = 7;
      return { partition: 2, offset: '41' };
    });
    await history.send('t', () => Promise.reject(Object.assign(new Error('late'), { persisted: 'possibly' })));
    await history.send('t', () => Promise.reject(new Error('refused')));
    void history.send('t', () => new Promise(() => {}));
    expect(history.sent.map(({ value, outcome }) => [value, outcome])).toEqual([
      ['#0', { kind: 'ok', partition: 2, offset: 41 }],
      ['#1', { kind: 'fail-possibly', error: 'late' }],
      ['#2', { kind: 'fail-no', error: 'refused' }],
      ['#3', { kind: 'unsettled' }],
    ]);
    expect(history.sent[0]).toMatchObject({ calledAtMs: 0, settledAtMs: 7 });
    expect(history.unsettled).toBe(1);
  });

  it('notes once what readers see again and again', () => {
    const history = new DeliveryHistory(() => 1);
    for (let poll = 0; poll < 3; poll++) history.saw('t', 'read_committed', { partition: 0, offset: 4, value: '#1' });
    expect(history.sightings).toHaveLength(1);
  });
});
