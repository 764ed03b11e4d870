import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { ExitNotice } from './exit-notice.js';

class FakeProcess extends EventEmitter {
  readonly written: string[] = [];
  readonly stderr = { write: (text: string) => this.written.push(text) };
}

function notice(undelivered: number, target = new FakeProcess()): { target: FakeProcess; notice: ExitNotice } {
  return { target, notice: new ExitNotice('audit', () => undelivered, target) };
}

describe('the notice at the end of the process', () => {
  it.each([
    [1, '1 record was accepted'],
    [12, '12 records were accepted'],
  ])('is one line with the count and the remedy: %i', (count, text) => {
    const { target, notice: exit } = notice(count);
    exit.arm();
    target.emit('exit');
    expect(target.written).toHaveLength(1);
    expect(target.written[0]).toMatch(/^\[KafkaProducer 'audit'\] [^\n]+\n$/);
    expect(target.written[0]).toContain(text);
    expect(target.written[0]).toContain('app.enableShutdownHooks()');
  });

  it('is not written when everything was delivered', () => {
    const { target, notice: exit } = notice(0);
    exit.arm();
    target.emit('exit');
    expect(target.written).toEqual([]);
  });

  it('listens only between arm and disarm, once', () => {
    const { target, notice: exit } = notice(1);
    expect(target.listenerCount('exit')).toBe(0);
    exit.arm();
    exit.arm();
    expect(target.listenerCount('exit')).toBe(1);
    exit.disarm();
    exit.disarm();
    expect(target.listenerCount('exit')).toBe(0);
  });

  it('leaves the limit of listeners as it found it, and never reaches it', () => {
    const target = new FakeProcess();
    const before = target.getMaxListeners();
    const notices = Array.from({ length: 50 }, () => notice(0, target).notice);
    for (const each of notices) {
      each.arm();
      expect(target.listenerCount('exit')).toBeLessThanOrEqual(target.getMaxListeners());
    }
    for (const each of notices) each.disarm();
    expect(target.getMaxListeners()).toBe(before);
  });

  it('leaves an unlimited process unlimited', () => {
    const { target, notice: exit } = notice(0);
    target.setMaxListeners(0);
    exit.arm();
    expect(target.getMaxListeners()).toBe(0);
  });
});
