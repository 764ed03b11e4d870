import type { ApiDefinition, ErrorName, RequestOf, ResponseInput } from 'kafka-wire';
import type { Access } from '../security/access.js';
import type { Answer, RequestContext } from './api-handler.js';

type Message = Readonly<Record<string, unknown>>;

/** Fields of a message that hold lists. */
type ListField<M> = {
  [Field in keyof M & string]: NonNullable<M[Field]> extends readonly unknown[] ? Field : never;
}[keyof M & string];

/** Says what a client lacks, or nothing. */
type Refuses<T, Request = never> = (
  asked: T,
  access: Access,
  context: RequestContext,
  request: Request,
) => ErrorName | undefined;

/** A list in a request each of whose entries is allowed or not for itself. */
export interface PartRule {
  /** Field of the request. */
  readonly of: string;
  /** Field of the response where the answers to the entries stand. */
  readonly in: string;
  readonly refuses: Refuses<never>;
  /** The answer to an entry that is refused, where it is not the handler's. */
  readonly refusal?: (entry: never, code: number, access: Access, context: RequestContext) => Message;
  /** The code of the entries that would be allowed, when others are refused: all or nothing. */
  readonly otherwise?: (entry: never, context: RequestContext) => ErrorName;
  /** Entries that are left to the handler, which refuses them for another reason. */
  readonly passes?: (entry: never, entries: readonly never[]) => boolean;
}

/** Who may use an API, and how much of it. Which right Kafka asks for is written in its class KafkaApis, and for administration in ControllerApis. */
export interface AccessRule<A extends ApiDefinition = ApiDefinition> {
  readonly api: A;
  /** Rights without which all of the request is refused. */
  readonly whole?: (request: RequestOf<A>, access: Access, context: RequestContext) => ErrorName | undefined;
  readonly parts?: readonly PartRule[];
  /** Takes out of an answer what the client may not see, and adds what it may do. Not asked about answers that refuse all. */
  readonly answer?: (
    response: ResponseInput<A>,
    access: Access,
    request: RequestOf<A>,
    context: RequestContext,
  ) => ResponseInput<A>;
  /** In place of all that: for the one API whose lists hold lists. */
  readonly serve?: (
    request: RequestOf<A>,
    access: Access,
    context: RequestContext,
    serve: (request: RequestOf<A>) => Answer<A> | Promise<Answer<A>>,
  ) => Answer<A> | Promise<Answer<A>>;
}

/** Ties the types of a rule to its API, then forgets them, as `defineHandler` does. */
export function accessRule<A extends ApiDefinition>(api: A, rule: Omit<AccessRule<A>, 'api'>): AccessRule {
  return { api, ...rule } as unknown as AccessRule;
}

type EntryOf<A extends ApiDefinition, F extends ListField<RequestOf<A>>> =
  NonNullable<RequestOf<A>[F]> extends readonly (infer Entry)[] ? Entry : never;

export function part<A extends ApiDefinition, F extends ListField<RequestOf<A>>>(
  _api: A,
  of: F,
  within: ListField<ResponseInput<A>>,
  refuses: Refuses<EntryOf<A, F>, RequestOf<A>>,
  more: {
    readonly refusal?: (entry: EntryOf<A, F>, code: number, access: Access, context: RequestContext) => Message;
    readonly otherwise?: (entry: EntryOf<A, F>, context: RequestContext) => ErrorName;
    readonly passes?: (entry: EntryOf<A, F>, entries: readonly EntryOf<A, F>[]) => boolean;
  } = {},
): PartRule {
  return { of, in: within, refuses, ...more };
}
