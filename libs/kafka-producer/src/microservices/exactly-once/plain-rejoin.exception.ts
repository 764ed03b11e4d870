import { KafkaRetriableException } from '@nestjs/microservices';

import type { MemberErrorType } from './redelivery-culprit.js';

/**
 * Makes kafkajs join the group again at once: it looks at `type`, which has to come through Nest's exception filters as it is, and that only an exception of this class
 * does, also from a handler of requests. Anything else kafkajs would try again with the positions it has, for seconds.
 */
export class RejoinException extends KafkaRetriableException {
  constructor(
    /** What kafkajs calls it. */
    readonly type: MemberErrorType,
    message: string,
    cause?: unknown,
  ) {
    super(message);
    if (cause !== undefined) this.cause = cause;
  }
}
