import { apis } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachKafka('groups that are listed and described', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let group: RawGroup;
  let topic: string;
  beforeAll(async () => {
    topic = await kafka().createTopic();
    await coordinatorIsLoaded(address(), topic);
  });
  beforeEach(() => {
    group = new RawGroup(address());
  });
  afterEach(() => group.close());

  /** How the group is listed among those that pass the filters, or undefined. */
  async function listed(filters: { statesFilter?: string[]; typesFilter?: string[] } = {}) {
    const { groups } = await rawRequest(address(), apis.ListGroups, 5, filters);
    const found = groups.find(({ groupId }) => groupId === group.id);
    return found && [found.groupState, found.protocolType, found.groupType].join(' ');
  }

  it('is empty as soon as somebody was given an id, and waits for its leader as soon as somebody joined', async () => {
    const member = await group.newMember();
    expect(await listed()).toBeUndefined();
    await member.join();
    expect(await listed()).toBe('Empty  classic');
    await member.join();
    expect(await listed()).toBe('CompletingRebalance consumer classic');
  });

  it('is there when offsets were committed by nobody in particular', async () => {
    await (await group.newMember()).commit(1, topic);
    expect(await listed()).toBe('Empty  classic');
  });

  it.each([
    [{ statesFilter: ['Stable'] }, true],
    [{ statesFilter: ['Empty', 'sTABLE'] }, true],
    [{ statesFilter: [' Stable '] }, true],
    [{ statesFilter: ['Empty'] }, false],
    [{ statesFilter: ['Unheard'] }, false],
    [{ typesFilter: ['classic'] }, true],
    [{ typesFilter: ['Classic', 'consumer'] }, true],
    [{ typesFilter: ['consumer'] }, false],
    [{ typesFilter: ['unheard'] }, false],
    [{ statesFilter: ['Stable'], typesFilter: ['share'] }, false],
  ])('passes the filters %o when it is stable: %s', async (filters, isListed) => {
    await group.stable(1);
    expect(await listed(filters)).toBe(isListed ? 'Stable consumer classic' : undefined);
  });

  it('shows neither strategy nor metadata between generations, but what was assigned in the last', async () => {
    const [first, second] = await group.stable(2);
    const joined = first.join();
    await group.inState('PreparingRebalance');
    const { protocolData, members } = await group.describe();
    expect(protocolData).toBe('');
    expect(members.map(({ memberMetadata }) => memberMetadata.length)).toEqual([0, 0]);
    const assigned = members.map(({ memberAssignment }) => memberAssignment.toString());
    expect(new Set(assigned)).toEqual(new Set(['place 0', 'place 1']));
    await Promise.all([joined, second?.join()]);
  });
});
