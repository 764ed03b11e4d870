import { describe, expect, it } from 'vitest';

import { Simulation, type SimulationOptions } from './simulation.js';
import { SimulationStuckError } from './simulation.errors.js';

const create = (options: Partial<SimulationOptions> = {}) => new Simulation({ seed: 7, ...options });
const never = new Promise<never>(() => {});

describe('Simulation.run()', () => {
  it('passes an hour at once and stops where the work ends', async () => {
    const simulation = create();
    const done = await simulation.run(async () => {
      await simulation.sleep(3_600_000);
      return simulation.clock.now();
    });
    expect([done, simulation.clock.now()]).toEqual([3_600_000, 3_600_000]);
    expect(simulation.clock.wallTime()).toBe(1_700_003_600_000);
  });

  it('lets one event finish, with all its ticks and promise reactions, before the next', async () => {
    const simulation = create();
    const seen: string[] = [];
    const chain = async (name: string): Promise<void> => {
      for (let step = 1; step <= 3; step++) {
        await new Promise<void>((resolve) => process.nextTick(resolve));
        seen.push(`${name}${step}`);
      }
    };
    for (const name of ['a', 'b', 'c']) simulation.clock.setTimeout(() => void chain(name), 10);
    await simulation.run(simulation.sleep(10));
    expect(seen).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
  });

  it('notes the seed and the moment on what the work throws', async () => {
    const simulation = create();
    const failing = simulation.run(async () => {
      await simulation.sleep(5);
      throw new RangeError('mine');
    });
    await expect(failing).rejects.toMatchObject({
      name: 'RangeError',
      message: 'mine',
      simulation: { seed: 7, atMs: 5 },
    });
  });

  it('fails with what a timer throws', async () => {
    const simulation = create();
    simulation.clock.setTimeout(() => {
      throw new Error('thrown by a timer');
    }, 1);
    await expect(simulation.run(never)).rejects.toThrow('thrown by a timer');
    await expect(simulation.run(async () => 'goes on')).resolves.toBe('goes on');
  });

  it('says what is open when nothing is left to happen', async () => {
    const simulation = create({ maxTraceLines: 5 });
    const kafka = await simulation.startKafka();
    const client = simulation.connect({ host: '127.0.0.1', port: kafka.broker(1).port, clientName: 'waiter' });
    await simulation.run(new Promise((resolve) => client.once('connect', resolve)));
    const stuck = simulation.run(never);
    await expect(stuck).rejects.toThrow(SimulationStuckError);
    await expect(stuck).rejects.toThrow(
      /^simulation with seed 7, after \d\.\d+ ms: the work waits, and nothing is left to happen\n {2}connection #1 waiter ↔ 127.0.0.1:9092 is open: 0 bytes to-broker, 0 bytes to-client\n/,
    );
    await expect(stuck).rejects.toThrow('open  #1 waiter ← 127.0.0.1:9092');
  });

  it.each([
    ['virtual time', { maxVirtualMs: 1_000 }, 'the work is not done within 1000 ms'],
    ['events', { maxEvents: 50 }, 'the work is not done within 50 events'],
  ])('gives up after too much %s', async (_what, limits, problem) => {
    const simulation = create(limits);
    const again = (): void => void simulation.clock.setTimeout(again, 10);
    again();
    await expect(simulation.run(never)).rejects.toThrow(problem);
  });

  it('does one thing at a time', async () => {
    const simulation = create();
    const first = simulation.run(simulation.sleep(1));
    await expect(simulation.run(simulation.sleep(1))).rejects.toThrow('the simulation is running');
    await first;
  });
});

describe('Simulation.runFor()', () => {
  it('passes exactly that time, whether something happens or not', async () => {
    const simulation = create();
    const fired: number[] = [];
    simulation.clock.setTimeout(() => fired.push(simulation.clock.now()), 10);
    simulation.clock.setTimeout(() => fired.push(simulation.clock.now()), 11);
    await simulation.runFor(10);
    expect([fired, simulation.clock.now(), simulation.pendingEvents]).toEqual([[10], 10, 1]);
    await simulation.runFor(100);
    expect([fired, simulation.clock.now(), simulation.pendingEvents]).toEqual([[10, 11], 110, 0]);
  });
});

describe('Simulation.outside()', () => {
  const work = (turns: number, result: string) => async (): Promise<string> => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    return result;
  };

  /** The slower of the two is named. */
  async function order(seed: number, slow: string): Promise<string[]> {
    const simulation = create({ seed });
    const settled: string[] = [];
    const all = ['a', 'b'].map(async (name) => {
      settled.push(await simulation.outside(work(name === slow ? 200 : 1, name)));
    });
    simulation.clock.setTimeout(() => settled.push('a second later'), 1_000);
    await simulation.run(async () => {
      await Promise.all(all);
      await simulation.sleep(1_000);
    });
    return settled;
  }

  it('hands results out in an order of the seed, not of who was faster', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await order(seed, 'a'), `seed ${seed}`).toEqual(await order(seed, 'b'));
    const orders = await Promise.all([1, 2, 3, 4, 5, 6].map(async (seed) => (await order(seed, 'a')).join()));
    expect(new Set(orders)).toEqual(new Set(['a,b,a second later', 'b,a,a second later']));
  });

  it('passes failures on', async () => {
    const simulation = create();
    const failing = simulation.outside(() => Promise.reject(new Error('broken codec')));
    await expect(simulation.run(failing)).rejects.toThrow('broken codec');
  });
});
