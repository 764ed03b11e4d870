import { UseInterceptors } from '@nestjs/common';

import { InvalidMethodError } from '../errors/program.errors.js';
import { transactionalProblem } from '../transactions/transactional.options.js';
import { decoratedMethod } from './decorated-method.js';
import { exactlyOnceInterceptor } from './exactly-once.interceptor.js';
import type { ExactlyOnceOptions } from './exactly-once-message.js';

/** Metadata key, readable by tools: the handler runs in a unit that its message's offset belongs to. */
const MARK = 'nestjs-kafka-producer:exactly-once';

/**
 * On a handler of Kafka messages: each message is handled exactly once. What the handler sends, its reply, and the offset behind the message are committed
 * together, in one unit, or not at all.
 *
 * Needs a transport that was made by `exactlyOnce()`. With `ExactlyOnceKafkaServer` every handler is exactly once, and this changes nothing.
 *
 * When the handler throws, nothing of it is committed and the message is handled again, as `redelivery` of the transport says. Whatever else it does, to a database
 * for example, is not part of the unit and may be done again.
 *
 * @example
 * ```ts
 * @ExactlyOnce()
 * @EventPattern('orders.placed')
 * async confirm(@Payload() order: OrderPlaced): Promise<void> { … }
 * ```
 * @throws InvalidMethodError while the class is defined: on what is no method, or with wrong options
 */
export function ExactlyOnce(options: ExactlyOnceOptions = {}): MethodDecorator {
  return (prototype, key, descriptor) => {
    const method = decoratedMethod('ExactlyOnce', prototype, key, descriptor);
    const problem = problemOf(options);
    if (problem !== undefined) {
      const reason = `of its @ExactlyOnce ${problem}`;
      throw new InvalidMethodError({
        host: method.host,
        method: String(key),
        reason,
        remedy: 'Correct the decorator.',
      });
    }
    UseInterceptors(exactlyOnceInterceptor(options))(prototype, key, descriptor);
    Reflect.defineMetadata(MARK, true, prototype, key);
  };
}

const OPTIONS: readonly string[] = ['producer', 'timeoutMs'] satisfies readonly (keyof ExactlyOnceOptions)[];

/** The unit is always one of its own, and whatever the handler throws aborts it. */
function problemOf(options: object): string | undefined {
  const unknown = Object.keys(options ?? {}).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) return `'${unknown}' is none of its options: ${OPTIONS.join(', ')}`;
  return transactionalProblem(options, ['producer']);
}

/** Whether the method of this class, or of one it inherits it from, is exactly once. */
export function isExactlyOnce(prototype: object, method: string | symbol): boolean {
  return Reflect.getMetadata(MARK, prototype, method) === true;
}
