import { errorCode, type ApiDefinition, type DecodedRequest } from 'kafka-wire';
import type { Answer, ApiHandler, RequestContext } from '../api/api-handler.js';
import { waitForChange } from '../cluster/wait-for-change.js';
import type { Fault, FaultTarget } from '../faults/fault.js';
import { faultErrorCode, type Faults } from '../faults/faults.js';
import { mergeMessages, splitMessage } from '../faults/partial-message.js';
import { overwriteErrors } from '../faults/response-error.js';
import { isInScope, topicEntries, type TopicScope } from '../faults/topic-entries.js';
import type { Clock } from '../time/clock.js';

type AnyAnswer = Answer<ApiDefinition>;

/** One request on its way through a broker. */
export interface Exchange {
  readonly request: DecodedRequest;
  readonly handler: ApiHandler;
  readonly context: RequestContext;
  /** Told of a defect in the handler; the client gets UNKNOWN_SERVER_ERROR. */
  readonly onFailure: (error: unknown) => void;
}

/** Serves requests with the faults that are in place: before, around and after the handler. */
export class FaultyServing {
  constructor(
    readonly faults: Faults,
    readonly clock: Clock,
  ) {}

  serve(exchange: Exchange): AnyAnswer | Promise<AnyAnswer> {
    const fault = this.faults.strikeRequest(this.#target(exchange));
    if (fault === undefined) return this.#answered(exchange, this.#handle(exchange));
    const { action } = fault;
    if (action === 'drop') return 'no-response';
    if (action === 'cut') return 'close';
    if ('delayMs' in action) {
      return this.#delay(action.delayMs, exchange).then(() => this.#answered(exchange, this.#handle(exchange)));
    }
    return this.#answered(exchange, this.#refuse(exchange, fault, faultErrorCode(action.errorCode)));
  }

  #answered(exchange: Exchange, answer: AnyAnswer | Promise<AnyAnswer>): AnyAnswer | Promise<AnyAnswer> {
    if (answer instanceof Promise) return answer.then((late) => this.#afterwards(exchange, late));
    return this.#afterwards(exchange, answer);
  }

  #afterwards(exchange: Exchange, answer: AnyAnswer): AnyAnswer | Promise<AnyAnswer> {
    const fault = this.faults.strikeResponse(this.#target(exchange));
    if (fault === undefined) return answer;
    const { action } = fault;
    if (action === 'drop') return 'no-response';
    if (action === 'cut') return 'close';
    if ('delayMs' in action) return this.#delay(action.delayMs, exchange).then(() => answer);
    if (typeof answer !== 'string') overwriteErrors(answer, faultErrorCode(action.errorCode), fault.scope);
    return answer;
  }

  #handle(
    exchange: Exchange,
    body: Readonly<Record<string, unknown>> = exchange.request.body,
  ): AnyAnswer | Promise<AnyAnswer> {
    const { handler, context } = exchange;
    const failed = (error: unknown): AnyAnswer => {
      exchange.onFailure(error);
      return handler.refuse(body, errorCode('UNKNOWN_SERVER_ERROR'), context);
    };
    try {
      const answer = handler.handle(body, context);
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  /** Refuses the part the fault is about and serves the rest. */
  async #refuse(exchange: Exchange, { scope }: Fault, code: number): Promise<AnyAnswer> {
    const { handler, context, request } = exchange;
    const isPartial = scope.topic !== undefined || scope.partition !== undefined;
    if (!isPartial) return handler.refuse(request.body, code, context);
    const { matching, rest } = splitMessage(request.body, scope);
    const refused = handler.refuse(matching ?? request.body, code, context);
    if (rest === undefined) return refused;
    const served = await this.#handle(exchange, rest);
    return typeof served === 'string' || typeof refused === 'string' ? refused : mergeMessages(served, refused);
  }

  /** Ends early when the client leaves. */
  async #delay(delayMs: number, { context }: Exchange): Promise<void> {
    await waitForChange({ on: [], timeoutMs: delayMs, clock: this.clock, signal: context.signal, isDone: () => false });
  }

  #target({ request, context }: Exchange): FaultTarget {
    return { api: request.name, brokerId: context.brokerId, isAbout: (scope) => isAbout(request.body, scope) };
  }
}

function isAbout(body: unknown, scope: TopicScope): boolean {
  if (scope.topic === undefined && scope.partition === undefined) return true;
  for (const { topic, partition } of topicEntries(body)) if (isInScope(scope, topic, partition)) return true;
  return false;
}
