import { apis, type ApiName } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { Random } from '../time/random.js';
import type { FaultTarget } from './fault.js';
import { Faults } from './faults.js';
import type { RandomFaultsOptions } from './random-fault-kinds.js';
import { noTopicNames } from './topic-entries.js';

const faultsOf = (seed = 1) =>
  new Faults({ brokers: [1, 2], servedApis: new Set(Object.keys(apis) as ApiName[]) }, new Random(seed));

const target = (api: ApiName = 'Produce', broker = 1): FaultTarget => ({
  api,
  apiVersion: 9,
  clientId: 'a',
  broker,
  body: {},
  topicNames: noTopicNames,
});

/** What strikes so many requests, one after the other, before and after they are served. */
function strikes(faults: Faults, count: number, targets: (at: number) => FaultTarget = () => target()): string[] {
  return Array.from({ length: count }, (_, at) => {
    const one = targets(at);
    const fault = faults.strikeRequest(one) ?? faults.strikeResponse(one, true);
    return fault === undefined ? '-' : `${fault.side} ${JSON.stringify(fault.action)}`;
  });
}

describe('random faults', () => {
  it('strike the same requests in the same way for the same seed', () => {
    const run = (seed: number) => {
      const faults = faultsOf(seed * 7);
      faults.random({ seed, rate: 0.5 });
      return strikes(faults, 50);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('take their seed from the cluster where none is given, and tell it', () => {
    const first = faultsOf(5).random();
    expect(faultsOf(5).random().seed).toBe(first.seed);
    expect(faultsOf(6).random().seed).not.toBe(first.seed);
  });

  it('strike about as often as the rate says, and count what they did', () => {
    const faults = faultsOf();
    const plan = faults.random({ seed: 1, rate: 0.2, errorCodes: ['NOT_LEADER_OR_FOLLOWER'] });
    const struck = strikes(faults, 2_000).filter((one) => one !== '-').length;
    expect(struck).toBeGreaterThan(340);
    expect(struck).toBeLessThan(460);
    expect(Object.values(plan.hits).reduce((sum, hits) => sum + hits, 0)).toBe(struck);
    for (const hits of Object.values(plan.hits)) expect(hits).toBeGreaterThan(20);
  });

  it('do what the weights say and nothing else', () => {
    const faults = faultsOf();
    const plan = faults.random({ seed: 1, rate: 1, weights: { 'cut-response': 3, 'delay-request': 1 }, maxDelayMs: 5 });
    const seen = new Set(strikes(faults, 300));
    const delays = [1, 2, 3, 4, 5].map((delayMs) => `request ${JSON.stringify({ delayMs })}`);
    expect(seen).toEqual(new Set(['response "cut"', ...delays]));
    expect(plan.hits['cut-response']).toBeGreaterThan(plan.hits['delay-request'] * 2);
  });

  it('strike the same requests whatever else strikes them, and leave those to it', () => {
    const alone = faultsOf();
    alone.random({ seed: 3, rate: 0.5 });
    const disturbed = faultsOf();
    disturbed.random({ seed: 3, rate: 0.5 });
    disturbed.onRequest('Produce', { times: 10, action: 'drop' });
    expect(strikes(disturbed, 40).slice(10)).toEqual(strikes(alone, 40).slice(10));
  });

  it('are for the APIs, the broker and the client they are set for', () => {
    const faults = faultsOf();
    faults.random({ rate: 1, apis: ['Fetch'], broker: 2, clientId: 'a' });
    const others = [target('Produce', 2), target('Fetch', 1), { ...target('Fetch', 2), clientId: 'b' }];
    expect(strikes(faults, 3, (at) => others[at] as FaultTarget)).toEqual(['-', '-', '-']);
    expect(strikes(faults, 1, () => target('Fetch', 2))).not.toEqual(['-']);
  });

  it('stop', () => {
    const faults = faultsOf();
    const plan = faults.random({ rate: 1, weights: { 'cut-response': 1 } });
    const one = target();
    faults.strikeRequest(one);
    plan.stop();
    expect([faults.strikeResponse(one, true), ...strikes(faults, 1), plan.isStopped]).toEqual([undefined, '-', true]);
  });

  it.each<[unknown, string]>([
    [{ chance: 1 }, 'random faults have no "chance"'],
    [{ seed: -1 }, 'seed must be'],
    [{ rate: 0 }, 'rate must be above 0'],
    [{ rate: 1.5 }, 'rate must be above 0'],
    [{ maxDelayMs: 0 }, 'maxDelayMs must be'],
    [{ broker: 3 }, 'there is no broker 3'],
    [{ apis: ['Produced'] }, 'no API is called'],
    [{ errorCodes: [9999] }, "the action's errorCode"],
    [{ weights: { explode: 1 } }, 'no random fault is called "explode"'],
    [{ weights: { 'drop-request': -1 } }, 'the weight of drop-request'],
    [{ weights: { 'drop-request': 0 } }, 'every weight is 0'],
    [{ weights: { 'refuse-request': 1 } }, 'refuse-request needs errorCodes'],
  ])('cannot work with %j', (options, message) => {
    expect(() => faultsOf().random(options as RandomFaultsOptions)).toThrow(message);
  });
});
