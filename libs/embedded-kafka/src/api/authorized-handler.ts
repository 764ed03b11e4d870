import { errorCode, type ErrorName } from 'kafka-wire';
import { Access } from '../security/access.js';
import type { AccessRule, PartRule } from './access-rule.js';
import type { Answer, ApiHandler, RequestContext } from './api-handler.js';

type AnyAnswer = Answer<ApiHandler['api']>;
type Message = Readonly<Record<string, unknown>>;

/** Entries of one list that are refused with one code. */
interface RefusedEntries {
  readonly part: PartRule;
  readonly code: ErrorName;
  readonly entries: readonly never[];
}

interface SplitRequest {
  readonly permitted: Message;
  readonly refused: readonly RefusedEntries[];
  /** Whether there is something the handler has to be asked. */
  readonly isServed: boolean;
}

/** A handler that is asked only for what the client may do: the rest is refused before it gets to know of it. */
export function authorized(handler: ApiHandler, rule: AccessRule): ApiHandler {
  return {
    ...handler,
    handle(request, context) {
      const access = new Access(context.security.authorizer, context.session);
      const lacking = rule.whole?.(request, access, context);
      if (lacking !== undefined) return handler.refuse(request, errorCode(lacking), context);
      if (rule.serve !== undefined)
        return rule.serve(request, access, context, (asked) => handler.handle(asked, context));
      const { permitted, refused, isServed } = splitRequest(request, rule.parts ?? [], access, context);
      const finish = (served: AnyAnswer | undefined): AnyAnswer => {
        let answer = served;
        if (answer !== undefined && typeof answer !== 'string') {
          answer = rule.answer?.(answer, access, request, context) ?? answer;
        }
        for (const one of refused) answer = withRefused(answer, one, { handler, request, access, context });
        return answer ?? 'close';
      };
      if (!isServed) return finish(undefined);
      const served = handler.handle(permitted, context);
      return served instanceof Promise ? served.then(finish) : finish(served);
    },
  };
}

function splitRequest(
  request: Message,
  parts: readonly PartRule[],
  access: Access,
  context: RequestContext,
): SplitRequest {
  const permitted: Record<string, unknown> = { ...request };
  const refused: RefusedEntries[] = [];
  let isEmpty = true;
  for (const part of parts) {
    const entries = request[part.of] as readonly never[] | null;
    if (entries === null) isEmpty = false;
    if (entries === null || entries.length === 0) continue;
    const codes = codesOf(entries, part, { request, access, context });
    const kept = entries.filter((_entry, at) => codes[at] === undefined);
    permitted[part.of] = kept;
    isEmpty &&= kept.length === 0;
    for (const code of new Set(codes)) {
      if (code !== undefined) refused.push({ part, code, entries: entries.filter((_entry, at) => codes[at] === code) });
    }
  }
  const canStandAlone = refused.length > 0 && refused.every(({ part }) => part.refusal === undefined);
  return { permitted, refused, isServed: !(isEmpty && canStandAlone) };
}

/** Why each entry is refused, in their order. */
function codesOf(
  entries: readonly never[],
  { refuses, passes, otherwise }: PartRule,
  { request, access, context }: { request: Message; access: Access; context: RequestContext },
): (ErrorName | undefined)[] {
  const codes = entries.map((entry) =>
    passes?.(entry, entries) === true ? undefined : refuses(entry, access, context, request as never),
  );
  if (otherwise === undefined || codes.every((code) => code === undefined)) return codes;
  return entries.map((entry, at) => codes[at] ?? otherwise(entry, context));
}

function withRefused(
  answer: AnyAnswer | undefined,
  { part, code: name, entries }: RefusedEntries,
  {
    handler,
    request,
    access,
    context,
  }: { handler: ApiHandler; request: Message; access: Access; context: RequestContext },
): AnyAnswer {
  const code = errorCode(name);
  const refused: AnyAnswer =
    part.refusal === undefined
      ? handler.refuse({ ...request, [part.of]: entries }, code, context)
      : { [part.in]: entries.map((entry) => part.refusal?.(entry, code, access, context)) };
  if (answer === undefined || refused === 'close') return refused;
  if (typeof answer === 'string' || typeof refused === 'string') return answer;
  return { ...answer, [part.in]: [...listIn(answer, part), ...listIn(refused, part)] };
}

function listIn(message: Message, part: PartRule): readonly unknown[] {
  return (message[part.in] as readonly unknown[] | undefined) ?? [];
}
