import 'reflect-metadata';
import { EventPattern, MessagePattern, ServerKafka, Transport, type KafkaOptions } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';

import { ExactlyOnce } from './exactly-once.decorator.js';
import {
  EXACTLY_ONCE_TRANSPORT,
  exactlyOnceProblems,
  type ExactlyOnceTransport,
  type RpcTarget,
} from './exactly-once-problems.js';

class Worker {
  @ExactlyOnce()
  @EventPattern('orders', Transport.KAFKA)
  async marked(order: string): Promise<string> {
    return order;
  }
}
class Plain {
  @EventPattern('stock', Transport.KAFKA)
  async unmarked(order: string): Promise<string> {
    return order;
  }
}
class Everywhere {
  @ExactlyOnce()
  @MessagePattern('orders')
  async marked(order: string): Promise<string> {
    return order;
  }
}
class Both extends Worker {
  @ExactlyOnce()
  @EventPattern(['stock', 'orders'], Transport.KAFKA)
  async again(order: string): Promise<string> {
    return order;
  }
}

function kafka(kind?: ExactlyOnceTransport): RpcTarget {
  const options = kind === 'plain' ? { [EXACTLY_ONCE_TRANSPORT]: kind } : {};
  const server = new ServerKafka(options as NonNullable<KafkaOptions['options']>);
  return Object.assign(server, kind === 'strategy' && { [EXACTLY_ONCE_TRANSPORT]: kind }) as unknown as RpcTarget;
}
const tcp: RpcTarget = { transportId: Transport.TCP };

function problemsOf(controllers: readonly { prototype: object }[], ...targets: RpcTarget[]): string[] {
  const prototypes = controllers.map(({ prototype }) => prototype);
  return exactlyOnceProblems(prototypes, targets).map(({ error, problem }) => new error(problem).message);
}

describe('what keeps handlers from being exactly once', () => {
  it.each<[string, { prototype: object }[], RpcTarget[]]>([
    ['a marked handler of a transport that exactlyOnce() has made', [Worker], [kafka('plain')]],
    ['handlers of the strategy, marked or not', [Worker, Plain, Both], [kafka('strategy')]],
    ['a marked handler that names its transport, beside another one', [Worker], [kafka('plain'), tcp]],
    ['an unmarked handler of a transport of Nest', [Plain], [kafka(), tcp]],
    ['no microservice at all', [Worker, Plain], []],
  ])('is nothing for %s', (_what, controllers, targets) => {
    expect(problemsOf(controllers, ...targets)).toEqual([]);
  });

  it('is a transport that was not made by exactlyOnce()', () => {
    expect(problemsOf([Worker], kafka())).toEqual([
      expect.stringMatching(
        /^Worker\.marked cannot be decorated: it has @ExactlyOnce and is called by a transport that does not commit.* Connect the microservice with exactlyOnce/,
      ),
    ]);
  });

  it('is another transport that calls the handler too', () => {
    expect(problemsOf([Everywhere], kafka('plain'), tcp)).toEqual([
      expect.stringContaining('name Transport.KAFKA in the pattern'),
    ]);
  });

  it('is a handler without the decorator, whose offsets nobody would commit', () => {
    expect(problemsOf([Worker, Plain], kafka('plain'))).toEqual([
      expect.stringMatching(
        /^Plain\.unmarked .*nobody would commit the offsets of its messages\. Put @ExactlyOnce\(\) on it/,
      ),
    ]);
  });

  it('is a second handler of the same messages, inherited or of another class', () => {
    expect(problemsOf([Both], kafka('plain'))).toEqual([
      expect.stringMatching(/^Both\.(marked|again) .*Both\.(marked|again)\(\) handles the same messages, of "orders"/),
    ]);
    expect(problemsOf([Worker, class extends Worker {}], kafka('plain'))).toHaveLength(1);
  });

  it('is asked of no getter', () => {
    class Lazy {
      get value(): never {
        throw new Error('asked');
      }
    }
    expect(problemsOf([Lazy], kafka('plain'))).toEqual([]);
  });
});
