import { EXACTLY_ONCE, type ExactlyOnceDelivery, type HandlerRun } from '../../decorators/exactly-once-message.js';
import type { ConsumerIdentity } from '../../record/consumer-identity.js';
import type { ConsumedMessage } from './dead-letter.js';
import { takeReplyAddress, type ReplyAddress } from './plain-reply.js';
import type { Observable } from 'rxjs';

/** A message as a fetch of kafkajs returns it. */
export interface FetchedMessage extends ConsumedMessage {
  [EXACTLY_ONCE]?: ExactlyOnceDelivery;
}

/** Who runs the handlers of the messages. */
export interface HandlingConsumer {
  handle(message: PlainMessage, run: HandlerRun): Observable<unknown>;
}

/** What a fetched message was before Nest parsed it, on its way to the interceptor of its handler. */
export class PlainMessage implements ExactlyOnceDelivery {
  constructor(
    readonly identity: ConsumerIdentity,
    /** Bytes as they are in the log. */
    readonly original: ConsumedMessage,
    /** Set for a message whose sender waits for a reply. */
    readonly replyAddress: ReplyAddress | undefined,
    private readonly consumer: HandlingConsumer,
  ) {}

  handle(run: HandlerRun): Observable<unknown> {
    return this.consumer.handle(this, run);
  }

  /**
   * Tags a message, and takes out of it who waits for its reply: Nest then handles it as an event, awaits its handler and passes on what that throws, and sends
   * no reply of its own beside the unit.
   */
  static tag(message: FetchedMessage, identity: ConsumerIdentity, consumer: HandlingConsumer): void {
    const { key, value, offset, timestamp, headers } = message;
    const original = { key, value, offset, timestamp, headers };
    message[EXACTLY_ONCE] = new PlainMessage(identity, original, takeReplyAddress(message), consumer);
  }
}
