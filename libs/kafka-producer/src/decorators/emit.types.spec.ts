import { expect, expectTypeOf, it } from 'vitest';

import { defineTopic } from '../topics/define-topic.js';
import { Emit } from './emit.decorator.js';

interface OrderPlaced {
  readonly orderId: string;
  readonly total: number;
}

const orderPlaced = defineTopic<OrderPlaced>('orders.placed', { key: ({ orderId }) => orderId });
const placed: OrderPlaced = { orderId: 'o-1', total: 1 };

class Accepted {
  @Emit(orderPlaced)
  async plain(): Promise<OrderPlaced> {
    return placed;
  }

  @Emit(orderPlaced)
  async maybe(): Promise<OrderPlaced | undefined> {
    return undefined;
  }

  @Emit(orderPlaced)
  async more(): Promise<OrderPlaced & { extra: true }> {
    return { ...placed, extra: true };
  }

  @Emit(orderPlaced, { each: true, when: (element) => element.total > 0 })
  async many(): Promise<readonly OrderPlaced[]> {
    return [placed];
  }

  @Emit(orderPlaced, { headers: (_event, [user]: [string]) => ({ user }) })
  async plainOfUser(user: string): Promise<OrderPlaced | undefined> {
    return user === '' ? undefined : placed;
  }

  @Emit(orderPlaced, { each: true, when: (_element, [users]: [string[]]) => users.length > 0 })
  async manyOfUsers(users: string[], _limit?: number): Promise<OrderPlaced[]> {
    return users.map(() => placed);
  }

  @Emit(orderPlaced, { payload: (total: number, [orderId]: [string]) => ({ orderId, total }) })
  async annotated(orderId: string): Promise<number> {
    return orderId.length;
  }

  @Emit<Accepted['named']>(orderPlaced, {
    payload: (result, [orderId]) => {
      expectTypeOf(result).toEqualTypeOf<number>();
      expectTypeOf(orderId).toEqualTypeOf<string>();
      return { orderId, total: result };
    },
  })
  async named(orderId: string): Promise<number> {
    return orderId.length;
  }

  @Emit<Accepted['both'], OrderPlaced>(orderPlaced, {
    payload: (result, [orderId]) => {
      expectTypeOf(result).toEqualTypeOf<number>();
      return orderId === '' ? undefined : { orderId, total: result };
    },
  })
  async both(orderId: string): Promise<number> {
    return orderId.length;
  }

  /** The hole: all type arguments are inferred or none, so the payload of a contract that was not named cannot be compared. */
  @Emit<Accepted['hole']>(orderPlaced, { payload: () => 42 })
  async hole(): Promise<number> {
    return 1;
  }

  @Emit<Accepted['raw']>('orders.audit', {
    key: (result, [orderId]) => {
      expectTypeOf(result).toEqualTypeOf<number>();
      return orderId;
    },
  })
  async raw(orderId: string): Promise<number> {
    return orderId.length;
  }

  @Emit<Accepted['rawEach']>('words', {
    each: true,
    key: (word) => {
      expectTypeOf(word).toEqualTypeOf<string>();
      return word;
    },
  })
  async rawEach(text: string): Promise<Set<string>> {
    return new Set([text]);
  }

  @Emit('anything', { key: (result: { id: string }) => result.id })
  async untyped(): Promise<{ id: string }> {
    return { id: 'x' };
  }
}

/** Never called: only the compiler looks at it. A declaration, because decorators on the members of a class expression do not compile at all. */
function refused(): unknown {
  class Refused {
    // @ts-expect-error the method is not async
    @Emit(orderPlaced)
    sync(): OrderPlaced {
      return placed;
    }

    // @ts-expect-error the payload lacks `total`
    @Emit(orderPlaced)
    async incomplete(): Promise<{ orderId: string }> {
      return { orderId: 'o-1' };
    }

    // @ts-expect-error nothing is returned
    @Emit(orderPlaced)
    async nothing(): Promise<void> {}

    // @ts-expect-error one payload instead of many
    @Emit(orderPlaced, { each: true })
    async one(): Promise<OrderPlaced> {
      return placed;
    }

    // @ts-expect-error many payloads instead of one
    @Emit(orderPlaced)
    async list(): Promise<OrderPlaced[]> {
      return [placed];
    }

    // @ts-expect-error the payload that is made lacks `total`
    @Emit(orderPlaced, { payload: (result: number) => ({ orderId: String(result) }) })
    async wrongPayload(): Promise<number> {
      return 1;
    }

    // @ts-expect-error the payload is not the contract's
    @Emit<Refused['named'], OrderPlaced>(orderPlaced, { payload: (result) => result })
    async named(): Promise<number> {
      return 1;
    }

    // @ts-expect-error the contract has another payload
    @Emit<Refused['namedOther'], string>(orderPlaced, { payload: String })
    async namedOther(): Promise<number> {
      return 1;
    }

    // @ts-expect-error the option expects another result
    @Emit(orderPlaced, { payload: (total: string) => ({ orderId: total, total: 1 }) })
    async wrongResult(): Promise<number> {
      return 1;
    }

    // @ts-expect-error the option expects another argument
    @Emit(orderPlaced, { headers: (_event, [user]: [string]) => ({ user }) })
    async wrongArgument(_user: number): Promise<OrderPlaced> {
      return placed;
    }

    // @ts-expect-error a contract has its own key
    @Emit(orderPlaced, { key: () => 'k' })
    async key(): Promise<OrderPlaced> {
      return placed;
    }

    // @ts-expect-error keys are text or bytes
    @Emit<Refused['rawKey']>('t', { key: (result) => result })
    async rawKey(): Promise<number> {
      return 1;
    }
  }
  return Refused;
}

it('is checked by the compiler', () => {
  expect([typeof Accepted, typeof refused]).toEqual(['function', 'function']);
});
