import { errorCode, type ApiDefinition, type DecodedRequest } from 'kafka-wire';
import type { Answer, ApiHandler, RequestContext } from '../api/api-handler.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { faultErrorCode, type FaultAction } from '../faults/fault-action.js';
import type { Fault, FaultTarget } from '../faults/fault.js';
import type { Faults } from '../faults/faults.js';
import type { Link } from '../faults/link.js';
import { mergeMessages, splitMessage } from '../faults/partial-message.js';
import { overwriteErrors } from '../faults/response-error.js';
import type { TopicNames } from '../faults/topic-entries.js';
import type { TimerHandle } from '../time/clock.js';
import type { DeliveryPlan } from './delivery.js';

type AnyAnswer = Answer<ApiDefinition>;
type Proceed = () => AnyAnswer | Promise<AnyAnswer>;

/** One request on its way through a broker. */
export interface Exchange {
  readonly request: DecodedRequest;
  readonly handler: ApiHandler;
  readonly context: RequestContext;
  readonly link: Link;
  /** Told of a defect in the handler; the client gets UNKNOWN_SERVER_ERROR. */
  readonly onFailure: (error: unknown) => void;
  readonly onFault: (fault: Fault) => void;
  /** Set where the answer is not to leave at once and whole. */
  delivery?: DeliveryPlan | undefined;
}

/** Serves requests with the faults that are in place: before, around and after the handler. */
export class FaultyServing {
  readonly #topicNames: TopicNames = (topicId) => this.cluster.topicById(topicId)?.name ?? topicId;

  constructor(
    readonly faults: Faults,
    readonly cluster: ClusterState,
  ) {}

  serve(exchange: Exchange): AnyAnswer | Promise<AnyAnswer> {
    const target = targetOf(exchange, this.#topicNames);
    const fault = this.faults.strikeRequest(target);
    const proceed: Proceed = () => this.#answered(exchange, target, this.#handle(exchange));
    if (fault === undefined) return proceed();
    exchange.onFault(fault);
    const { action } = fault;
    if (action === 'drop') return 'no-response';
    if (action === 'cut') return 'close';
    if (typeof action === 'object' && 'errorCode' in action) {
      return this.#answered(exchange, target, this.#refuse(exchange, fault, faultErrorCode(action.errorCode)));
    }
    if (isLate(action)) exchange.link.outlive();
    return this.#wait(exchange, fault, proceed);
  }

  #answered(
    exchange: Exchange,
    target: FaultTarget,
    answer: AnyAnswer | Promise<AnyAnswer>,
  ): AnyAnswer | Promise<AnyAnswer> {
    if (answer instanceof Promise) return answer.then((late) => this.#afterwards(exchange, target, late));
    return this.#afterwards(exchange, target, answer);
  }

  #afterwards(exchange: Exchange, target: FaultTarget, answer: AnyAnswer): AnyAnswer | Promise<AnyAnswer> {
    if (answer === 'close') return answer;
    const fault = this.faults.strikeResponse(target, answer !== 'no-response');
    if (fault === undefined) return answer;
    exchange.onFault(fault);
    const { action } = fault;
    if (action === 'drop') return 'no-response';
    if (action === 'cut') return 'close';
    if (typeof action === 'string' || 'delayMs' in action) return this.#wait(exchange, fault, () => answer);
    exchange.delivery = deliveryOf(action);
    if ('errorCode' in action) {
      // To acks 0 a broker can only say no by hanging up.
      if (answer === 'no-response') return 'close';
      overwriteErrors(answer, faultErrorCode(action.errorCode), fault.scope, this.#topicNames);
      return answer;
    }
    if ('throttleMs' in action && answer !== 'no-response') return throttled(exchange, answer, action.throttleMs);
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
    const { matching, rest } = splitMessage(request.body, scope, this.#topicNames);
    const refused = handler.refuse(matching ?? request.body, code, context);
    if (rest === undefined) return refused;
    const served = await this.#handle(exchange, rest);
    return typeof served === 'string' || typeof refused === 'string' ? refused : mergeMessages(served, refused);
  }

  /** Until it is due or released. Never, when its connection ends before. */
  #wait({ link }: Exchange, fault: Fault, proceed: Proceed): Promise<AnyAnswer> {
    return new Promise((resolve, reject) => {
      const timer = this.#timer(fault.action, () => goOn());
      const forget = fault.keep(() => goOn());
      const stop = () => {
        this.cluster.clock.clearTimeout(timer);
        forget();
        link.signal.removeEventListener('abort', lost);
      };
      const lost = () => {
        stop();
        resolve('close');
      };
      const goOn = () => {
        stop();
        link.whenAwake(() => {
          try {
            resolve(proceed());
          } catch (error) {
            reject(error);
          }
        });
      };
      if (link.signal.aborted) lost();
      else link.signal.addEventListener('abort', lost);
    });
  }

  #timer(action: FaultAction, fire: () => void): TimerHandle {
    return typeof action === 'object' && 'delayMs' in action
      ? this.cluster.clock.setTimeout(fire, action.delayMs)
      : undefined;
  }
}

function targetOf({ request, context }: Exchange, topicNames: TopicNames): FaultTarget {
  const { brokerId, apiVersion, clientId } = context;
  return { api: request.name, apiVersion, clientId, broker: brokerId, body: request.body, topicNames };
}

/** Whether the request arrives also when its client is gone by then. */
function isLate(action: FaultAction): boolean {
  return action === 'hold' || (typeof action === 'object' && 'delayMs' in action && action.evenIfDisconnected === true);
}

function throttled({ request }: Exchange, answer: Exclude<AnyAnswer, string>, throttleTimeMs: number): AnyAnswer {
  const emptied = request.name === 'Fetch' ? { responses: [] } : {};
  return { ...answer, ...emptied, throttleTimeMs };
}

const PIECES_PER_SECOND = 20;

function deliveryOf(action: Exclude<FaultAction, string>): DeliveryPlan | undefined {
  if ('throttleMs' in action) return { muteMs: action.throttleMs };
  if ('fragmentBytes' in action) return { pieces: { bytes: action.fragmentBytes, everyMs: action.everyMs ?? 1 } };
  if (!('bytesPerSecond' in action)) return undefined;
  const bytes = Math.ceil(action.bytesPerSecond / PIECES_PER_SECOND);
  return { pieces: { bytes, everyMs: (bytes * 1000) / action.bytesPerSecond } };
}
