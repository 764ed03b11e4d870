import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import { disguised, standIn } from './stand-in.js';

class Orders {
  place(): string {
    return 'placed';
  }
}

const quoted = (before: Function): Function =>
  disguised(function (this: unknown): string {
    return `'${String(Reflect.apply(before, this, []))}'`;
  }, before);

describe('what stands in for a method', () => {
  it('is called instead, by that object alone, until it is put back', () => {
    const [orders, others] = [new Orders(), new Orders()];
    const ends = [standIn(orders, 'place', quoted), standIn(orders, 'place', quoted)];
    expect([orders.place(), others.place()]).toEqual(["''placed''", 'placed']);
    for (const end of ends.toReversed()) end?.();
    expect([orders.place(), Object.keys(orders)]).toEqual(['placed', []]);
  });

  it('gives way to what the object had of its own', () => {
    const own = (): string => 'own';
    const orders = Object.assign(new Orders(), { place: own });
    const end = standIn(orders, 'place', quoted);
    expect(orders.place()).toBe("'own'");
    end?.();
    expect(orders.place).toBe(own);
  });

  it('is not there when the object does not take it, or shows something else', () => {
    const orders = new Orders();
    const wrapping = new Proxy(orders, { get: (target, key) => (): unknown => Reflect.get(target, key) });
    expect(standIn(wrapping, 'place', quoted)).toBeUndefined();
    expect(Reflect.ownKeys(orders)).toEqual([]);
    expect(standIn(Object.freeze(orders), 'place', quoted)).toBeUndefined();
  });

  it('passes for it', () => {
    const place = (): string => 'placed';
    Reflect.defineMetadata('path', 'orders', place);
    const other = disguised((): string => 'other', Object.assign(place, { version: '1' }));
    expect([other.name, Reflect.getMetadata('path', other), Reflect.get(other, 'version')]).toEqual([
      'place',
      'orders',
      '1',
    ]);
    expect(Reflect.getMetadataKeys(other)).toEqual(['path']);
  });
});
