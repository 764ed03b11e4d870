import { expect, expectTypeOf, it } from 'vitest';
import type { Observable } from 'rxjs';

import { defineTopic } from '../topics/define-topic.js';
import { Emit } from './emit.decorator.js';

/** What kinds of methods may be decorated, as the compiler sees them; `emit.types.spec.ts` has the payloads. */

interface OrderPlaced {
  readonly orderId: string;
}

const orderPlaced = defineTopic<OrderPlaced>('orders.placed', { key: ({ orderId }) => orderId });
const audited = defineTopic<{ orderId?: string }>('orders.audit', { key: null });
const placed: OrderPlaced = { orderId: 'o-1' };

class Accepted {
  readonly tenant: string = 'eu';

  @Emit(orderPlaced)
  private async hidden(): Promise<OrderPlaced> {
    return placed;
  }

  @Emit(orderPlaced, { payload: (count: number, [orderId]: [string]) => (count > 0 ? { orderId } : undefined) })
  protected async inherited(orderId: string): Promise<number> {
    return orderId.length + (await this.hidden()).orderId.length;
  }

  async overloaded(orderId: string): Promise<OrderPlaced>;
  async overloaded(order: OrderPlaced): Promise<OrderPlaced>;
  @Emit(orderPlaced)
  async overloaded(order: string | OrderPlaced): Promise<OrderPlaced> {
    return typeof order === 'string' ? { orderId: order } : order;
  }

  @Emit(orderPlaced)
  @Emit(audited)
  @Emit<Accepted['stacked']>('orders.raw', { key: ({ orderId }) => orderId })
  async stacked(): Promise<OrderPlaced> {
    return placed;
  }

  @Emit(orderPlaced)
  async generic<T extends OrderPlaced>(order: T): Promise<T> {
    return order;
  }

  @Emit(orderPlaced, { each: true })
  async genericEach<T extends OrderPlaced>(orders: readonly T[]): Promise<Set<T>> {
    return new Set(orders);
  }

  /** The hole: arguments may be anything here, and TypeScript takes the result of a generic method from its arguments. */
  @Emit(orderPlaced)
  async genericOfOther<T extends { readonly total: number }>(order: T): Promise<T> {
    return order;
  }

  @Emit(orderPlaced, {
    headers(this: Accepted, { orderId }) {
      expectTypeOf(orderId).toEqualTypeOf<string>();
      return { tenant: this.tenant };
    },
  })
  async withThis(): Promise<OrderPlaced> {
    return placed;
  }

  @Emit<Accepted['rawWithThis']>('orders.raw', {
    key(this: Accepted, result, [suffix]) {
      expectTypeOf(result).toEqualTypeOf<number>();
      return this.tenant + suffix;
    },
  })
  async rawWithThis(suffix: string): Promise<number> {
    return suffix.length;
  }

  @Emit(orderPlaced)
  async rest(first: string, ...others: readonly number[]): Promise<OrderPlaced | undefined> {
    return others.length > 0 ? { orderId: first } : undefined;
  }

  @Emit(orderPlaced)
  notMarkedAsync(): Promise<OrderPlaced> {
    return Promise.resolve(placed);
  }
}

abstract class Base<T extends OrderPlaced> {
  protected abstract make(): Promise<T>;

  @Emit(orderPlaced)
  async template(): Promise<T> {
    return this.make();
  }
}

/** Never evaluated: only the compiler looks at it. Abstract methods are not here: no parser takes a decorator on one. */
const refused = () => {
  class Refused {
    // @ts-expect-error an arrow function is a property, which no decorator can wrap
    @Emit(orderPlaced)
    arrow = async (): Promise<OrderPlaced> => placed;

    // @ts-expect-error a stream is no promise
    @Emit(orderPlaced)
    stream(): Observable<OrderPlaced> {
      throw new Error('never called');
    }

    // @ts-expect-error a stream is no promise, for a topic by name neither
    @Emit('orders.raw')
    rawStream(): Observable<OrderPlaced> {
      throw new Error('never called');
    }

    // @ts-expect-error some calls get a payload, others do not get a promise
    @Emit(orderPlaced)
    sometimes(): Promise<OrderPlaced> | OrderPlaced {
      return placed;
    }

    // @ts-expect-error a generator is no promise
    @Emit(orderPlaced, { each: true })
    async *generator(): AsyncGenerator<OrderPlaced> {
      yield placed;
    }

    // @ts-expect-error an accessor has no call to wait for
    @Emit(orderPlaced)
    get accessor(): OrderPlaced {
      return placed;
    }

    // @ts-expect-error one of the two contracts has another payload
    @Emit(defineTopic<{ total: number }>('totals', { key: null }))
    @Emit(orderPlaced)
    async stacked(): Promise<OrderPlaced> {
      return placed;
    }
  }
  return Refused;
};

it('is checked by the compiler', () => {
  expect([typeof Accepted, typeof Base, typeof refused]).toEqual(['function', 'function', 'function']);
});
