import { describe, expect, it } from 'vitest';

import type { Link } from './link.js';
import { ClusterNetwork, type CutPlan } from './cluster-network.js';

class FakeLink implements Link {
  readonly pausedBy = new Set<object>();
  readonly #ended = new AbortController();
  clientId: string | undefined;

  get signal(): AbortSignal {
    return this.#ended.signal;
  }
  pause(by: object): void {
    this.pausedBy.add(by);
  }
  resume(by: object): void {
    this.pausedBy.delete(by);
  }
  whenAwake(run: () => void): void {
    run();
  }
  outlive(): void {}
  destroy(): void {
    this.#ended.abort();
  }
  get state(): 'cut' | 'silent' | 'open' {
    if (this.signal.aborted) return 'cut';
    return this.pausedBy.size > 0 ? 'silent' : 'open';
  }
}

function network() {
  let changes = 0;
  const it = new ClusterNetwork([1, 2, 3], () => changes++);
  const link = (broker: number, clientId?: string) => {
    const made = new FakeLink();
    made.clientId = clientId;
    it.connected(broker, made);
    return made;
  };
  return { it, link, changes: () => changes };
}

describe('a cut between clients and a broker', () => {
  it.each([
    ['refuse', 'cut'],
    ['black-hole', 'silent'],
  ] as const)('of mode %s finds connections that are open and new ones %s', (mode, state) => {
    const { it: net, link } = network();
    const before = [link(1, 'a'), link(2, 'a')];
    net.cut({ broker: 1, mode });
    expect([...before, link(1), link(2)].map((one) => one.state)).toEqual([state, 'open', state, 'open']);
  });

  it.each([
    ['refuse', 'cut'],
    ['black-hole', 'silent'],
  ] as const)('of mode %s for one client knows it by its first request: %s', (mode, state) => {
    const { it: net, link } = network();
    net.cut({ broker: 1, client: 'a', mode });
    const [one, other] = [link(1), link(1)];
    one.clientId = 'a';
    other.clientId = 'b';
    expect([net.arrived(1, one), net.arrived(1, other)]).toEqual([mode, undefined]);
    expect([one.state, other.state]).toEqual([state, 'open']);
  });

  it('lets silent connections go on when it is healed, unless another cut keeps them', () => {
    const { it: net, link } = network();
    const one = link(1, 'a');
    const all = net.cut({ broker: 1, mode: 'black-hole' });
    const single = net.cut({ broker: 1, client: 'a', mode: 'black-hole' });
    all.heal();
    expect([one.state, all.isHealed]).toEqual(['silent', true]);
    single.heal();
    expect([one.state, net.arrived(1, one)]).toEqual(['open', undefined]);
  });

  it('is healed with all others', () => {
    const { it: net, link } = network();
    net.cut({ broker: 1 });
    net.cut({ broker: 2, mode: 'black-hole' });
    net.heal();
    expect([link(1).state, link(2).state]).toEqual(['open', 'open']);
  });
});

describe('a cut between brokers', () => {
  it('stops both from replicating from each other, and no one else', () => {
    const { it: net, link, changes } = network();
    const cut = net.cut({ between: [1, 2] });
    expect([net.canReplicate(1, 2), net.canReplicate(2, 1), net.canReplicate(1, 3)]).toEqual([false, false, true]);
    expect([link(1).state, changes()]).toEqual(['open', 1]);
    cut.heal();
    cut.heal();
    expect([net.canReplicate(1, 2), changes()]).toEqual([true, 2]);
  });
});

describe('a cut that parts nothing', () => {
  it.each<[unknown, string]>([
    [{ broker: 4 }, 'there is no broker 4; there are 1, 2, 3'],
    [{ between: [1, 7] }, 'there is no broker 7'],
    [{ between: [1, 1] }, 'two different brokers'],
    [{ between: [1] }, 'two different brokers'],
    [{ between: [1, 2], mode: 'refuse' }, 'without mode'],
    [{ broker: 1, clientId: 'a' }, 'without clientId'],
    [{ broker: 1, client: 7 }, 'client is a client id'],
    [{ broker: 1, mode: 'slow' }, "mode is 'refuse' or 'black-hole'"],
  ])('%j is refused', (plan, message) => {
    expect(() => network().it.cut(plan as CutPlan)).toThrow(message);
  });
});
