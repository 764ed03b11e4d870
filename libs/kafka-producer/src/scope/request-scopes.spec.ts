import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';

import { boundOrders } from './spec-support/orders.js';
import { RequestScopes } from './request-scopes.js';

describe('the scopes of a producer', () => {
  it('cost nothing before the first is opened', async () => {
    const asked = vi.spyOn(AsyncLocalStorage.prototype, 'getStore');
    const { kafka, orders } = boundOrders({ propagateHeaders: ['a'], defaultHeaders: () => ({ b: '1' }) });
    await orders.place('a');
    expect({ scope: kafka.currentScope(), asked: asked.mock.calls.length }).toEqual({ scope: undefined, asked: 0 });
  });

  it('are apart from those of another one', async () => {
    const [one, other] = [boundOrders().kafka, boundOrders().kafka];
    await one.runInScope(async () => {
      expect(one.currentScope()).toMatchObject({ origin: 'runInScope', headers: {} });
      expect(other.currentScope()).toBeUndefined();
    });
  });

  it('that a façade has opened is adopted once', () => {
    const scopes = new RequestScopes(() => {});
    const request = { headers: { a: '1' } };
    const opened = scopes.ofRequest(request, 'http');
    expect(scopes.ofRequest(request, 'http')).toBe(opened);
    expect(scopes.adopt('graphql', request)).toBe(opened);
    expect(opened.origin).toBe('graphql');
    const second = scopes.adopt('graphql', request);
    expect(second).not.toBe(opened);
    expect(second.headers).toEqual({ a: '1' });
  });

  it('on their way to a handler have their headers, and are open from there on', () => {
    const scopes = new RequestScopes(() => {});
    const arrival = scopes.arrival({ headers: { a: '1' } });
    scopes.run(arrival, () => {
      expect({ open: scopes.open(), headers: scopes.current()?.headers }).toEqual({
        open: undefined,
        headers: { a: '1' },
      });
      expect(scopes.opened(arrival)).toBe(arrival);
      expect(scopes.open()).toBe(arrival);
    });
  });

  it('on their way are left for what a façade has opened meanwhile', () => {
    const scopes = new RequestScopes(() => {});
    const request = { headers: {} };
    const arrival = scopes.arrival(request);
    const opened = scopes.ofRequest(request, 'http');
    expect(scopes.opened(arrival)).toBe(opened);
    expect({ arrival: arrival.emits.isOpen, opened: opened.emits.isHeld }).toEqual({ arrival: false, opened: true });
  });

  it('that are over before a request has come to its handler give way to one of that request', () => {
    const scopes = new RequestScopes(() => {});
    const around = scopes.begin('runInScope', undefined, { a: 'around' });
    const request = { headers: { a: 'request' } };
    const arrival = scopes.run(around, () => scopes.arrival(request));
    expect({ isOpen: arrival.emits.isOpen, headers: arrival.headers }).toEqual({
      isOpen: true,
      headers: { a: 'around' },
    });
    around.emits.close();
    const opened = scopes.opened(arrival);
    expect(opened).toMatchObject({ origin: 'http', headers: { a: 'request' }, emits: { isOpen: true } });
    expect(around.emits.isOpen).toBe(false);
  });

  it('tell at once what fails before an interceptor has come, and fail with it when one comes', async () => {
    const told: unknown[] = [];
    const scopes = new RequestScopes(({ error }) => told.push(error));
    const request = {};
    const failure = new Error('not delivered');
    scopes.ofRequest(request, 'http').emits.add({ topic: 't', recordCount: 1, sent: Promise.reject(failure) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([failure]);
    await expect(scopes.adopt('http', request).emits.settle()).rejects.toBe(failure);
  });
});
