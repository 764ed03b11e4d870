import { apis, type ApiName } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import type { FaultSide } from './fault-action.js';
import { checkFault } from './fault-plan-check.js';
import type { FaultPlan } from './fault.js';

const cluster = {
  brokers: [1, 2],
  servedApis: new Set((Object.keys(apis) as ApiName[]).filter((name) => name !== 'DescribeLogDirs')),
};

const check =
  (api: string, plan: unknown, side: FaultSide = 'request') =>
  () =>
    checkFault(api as ApiName, side, plan as FaultPlan, cluster);

describe('checkFault', () => {
  it.each<[string, string, unknown, FaultSide, string]>([
    ['an API that is none', 'Produced', { action: 'cut' }, 'request', 'no API is called "Produced"'],
    ['an API that is not served', 'DescribeLogDirs', { action: 'cut' }, 'request', 'is not served here'],
    ['an option that is none', 'Produce', { action: 'cut', count: 1 }, 'request', 'a fault has no "count"'],
    ['no hit', 'Produce', { action: 'cut', times: 0 }, 'request', 'times must be an integer of at least 1'],
    ['half a request', 'Produce', { action: 'cut', skip: 0.5 }, 'request', 'skip must be an integer'],
    [
      'a broker that is none',
      'Produce',
      { action: 'cut', broker: 3 },
      'request',
      'there is no broker 3; there are 1, 2',
    ],
    ['a version that is none', 'EndTxn', { action: 'cut', apiVersion: 9 }, 'request', 'EndTxn has versions 0 to 5'],
    ['a topic of a heartbeat', 'Heartbeat', { action: 'cut', topic: 'a' }, 'request', 'names no topic'],
    ['a topic of a group that joins', 'JoinGroup', { action: 'cut', topic: 'a' }, 'request', 'names no topic'],
    ['a partition of metadata', 'Metadata', { action: 'cut', partition: 0 }, 'request', 'names no partition'],
    ['a group of a produce request', 'Produce', { action: 'cut', groupId: 'g' }, 'request', 'names no groupId'],
    [
      'a transaction of a fetch',
      'Fetch',
      { action: 'cut', transactionalId: 't' },
      'request',
      'names no transactionalId',
    ],
    ['matches that cannot be asked', 'Fetch', { action: 'cut', matches: 'a' }, 'request', 'matches must be a function'],
    ['two topics', 'Produce', { topic: 'a', action: { errorCode: 3, topic: 'b' } }, 'request', 'must be the same'],
    [
      'an error of a topic where there is none',
      'EndTxn',
      { action: { errorCode: 3, topic: 'b' } },
      'request',
      'no topic',
    ],
    ['no action', 'Produce', {}, 'request', "a fault's action is 'drop'"],
    ['an action that is none', 'Produce', { action: 'explode' }, 'request', "a fault's action is 'drop'"],
    ['two actions in one', 'Produce', { action: { delayMs: 1, errorCode: 3 } }, 'request', 'set two faults'],
    ['an error code that is none', 'Produce', { action: { errorCode: 9999 } }, 'request', "action's errorCode must be"],
    ['a delay before now', 'Produce', { action: { delayMs: -1 } }, 'request', "action's delayMs must be"],
    ['pieces of nothing', 'Produce', { action: { fragmentBytes: 0 } }, 'response', "action's fragmentBytes must be"],
    [
      'a pace before now',
      'Produce',
      { action: { fragmentBytes: 1, everyMs: -1 } },
      'response',
      "action's everyMs must be",
    ],
    ['a request in pieces', 'Produce', { action: { fragmentBytes: 1 } }, 'request', 'set it with onResponse'],
    ['a slow request', 'Produce', { action: { bytesPerSecond: 1 } }, 'request', 'set it with onResponse'],
    ['a throttled request', 'Produce', { action: { throttleMs: 1 } }, 'request', 'set it with onResponse'],
    ['a throttle time that cannot be told', 'SaslHandshake', { action: { throttleMs: 1 } }, 'response', '{ delayMs }'],
    ['a response to nobody', 'Produce', { action: { delayMs: 1, evenIfDisconnected: true } }, 'response', 'onRequest'],
  ])('refuses %s', (_what, api, plan, side, message) => {
    expect(check(api, plan, side)).toThrow(TypeError);
    expect(check(api, plan, side)).toThrow(message);
  });

  it.each<[string, unknown, FaultSide]>([
    ['*', { action: 'cut', topic: 'a', partition: 1, transactionalId: 't', groupId: 'g' }, 'request'],
    ['Produce', { action: { errorCode: 'NONE', topic: 'a' }, topic: 'a' }, 'request'],
    ['AddPartitionsToTxn', { action: { errorCode: 3, topic: 'a', partition: 1 }, transactionalId: 't' }, 'response'],
    ['TxnOffsetCommit', { action: 'hold', topic: 'a', partition: 1, transactionalId: 't', groupId: 'g' }, 'request'],
    ['OffsetFetch', { action: 'hold', topic: 'a', partition: 1, groupId: 'g' }, 'request'],
    ['FindCoordinator', { action: 'drop', transactionalId: 't' }, 'request'],
    ['DescribeConfigs', { action: 'drop', topic: 'a' }, 'request'],
    ['Produce', { action: { delayMs: 1, evenIfDisconnected: true }, times: undefined }, 'request'],
    ['Produce', { action: { fragmentBytes: 1, everyMs: 0 } }, 'response'],
    ['Produce', { action: { throttleMs: 1 } }, 'response'],
  ])('takes for %s %j on a %s', (api, plan, side) => {
    expect(check(api, plan, side)).not.toThrow();
  });
});
