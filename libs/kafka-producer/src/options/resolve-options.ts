import { loadCodec, type Codec } from 'kafka-wire';

import { InvalidOptionsError, type OptionProblem } from '../errors/program.errors.js';
import type { ClientOptions } from './client.options.js';
import type { Given, LifecycleOptions, SerializerOptions } from './module.options.js';
import { combine, type CombinedProducerOptions } from './option-combinations.js';
import { readGroup } from './option-group.js';
import type { ProducerOptions } from './producer.options.js';
import type { RequestScopeOptions } from './request-scope.options.js';
import type { TransactionOptions } from './transaction.options.js';

/** Options as the composition root uses them: complete, consistent and frozen. */
export interface ResolvedOptions extends LifecycleOptions {
  readonly client: ClientOptions;
  readonly producer: CombinedProducerOptions;
  readonly transactions: ResolvedTransactionOptions;
  readonly serializers: SerializerOptions;
  /** `undefined`: the application's requests get no scope by themselves. */
  readonly requestScope: RequestScopeOptions | undefined;
  /** `undefined` for `compressionType: 'none'`. */
  readonly codec: Codec | undefined;
  /** What was accepted and is probably not meant; for the log. */
  readonly warnings: readonly string[];
}

/** The prefix is the client id where none was given; `instanceId` stays open: it is made where the ids are. */
export type ResolvedTransactionOptions = Readonly<TransactionOptions & { idPrefix: string }>;

/** What stands beside the options of a module. */
export interface OptionsContext {
  readonly module?: string | undefined;
  /** Names in the same object that are no options: those `forRoot()` reads itself. */
  readonly beside?: readonly string[];
  /** What was found wrong with them. */
  readonly problems?: readonly OptionProblem[];
}

/**
 * Checks everything a module was given.
 *
 * Async because a codec may be a package to be loaded. The caller's objects are neither changed nor kept.
 *
 * @throws InvalidOptionsError with all problems at once
 */
export async function resolveOptions(given: unknown, context: OptionsContext = {}): Promise<ResolvedOptions> {
  const problems: OptionProblem[] = [...(context.problems ?? [])];
  const lifecycle = readGroup('', given ?? {}, problems, context.beside);
  const groups: GivenGroups | null | undefined = typeof given === 'object' ? given : undefined;
  const client = readGroup('client', groups?.client ?? {}, problems);
  const serializers = readGroup('serializers', groups?.serializers, problems);
  const own = readGroup('producer', groups?.producer, problems);
  const transactions = readGroup('transactions', groups?.transactions, problems);
  const requestScope = readGroup('requestScope', groups?.requestScope, problems);
  const wrongAlone = new Set(problems.map(({ path }) => path));
  const { producer, warnings } = combine(own, groups?.producer ?? {}, wrongAlone, problems);
  const codec = await codecOf(producer, wrongAlone, problems);
  if (!wrongAlone.has('transactions.maxStagedBytes') && transactions.maxStagedBytes < transactions.maxUnitBytes) {
    const message = `must be at least maxUnitBytes (${transactions.maxUnitBytes}), got ${transactions.maxStagedBytes}`;
    problems.push({ path: 'transactions.maxStagedBytes', message });
  }
  if (problems.length > 0) throw new InvalidOptionsError({ problems, module: context.module });
  const { brokers } = client;
  const propagateHeaders = Object.freeze([...lifecycle.propagateHeaders]);
  const isScoped = groups?.requestScope !== undefined || propagateHeaders.length > 0;
  return freezeWith(lifecycle, {
    client: freezeWith(client, { brokers: typeof brokers === 'function' ? brokers : Object.freeze([...brokers]) }),
    producer,
    transactions: freezeWith(transactions, { idPrefix: transactions.idPrefix ?? client.clientId }),
    serializers: freezeWith(serializers, {}),
    requestScope: isScoped ? freezeWith(requestScope, {}) : undefined,
    interceptors: Object.freeze([...lifecycle.interceptors]),
    propagateHeaders,
    codec,
    warnings,
  });
}

interface GivenGroups {
  readonly client?: unknown;
  readonly producer?: Given<ProducerOptions> | null;
  readonly transactions?: unknown;
  readonly serializers?: unknown;
  readonly requestScope?: unknown;
}

/** A plain frozen copy: what is resolved has no validation decorators behind it any more. */
function freezeWith<T extends object, O extends object>(options: T, overrides: O): Readonly<T & O> {
  return Object.freeze(Object.assign({}, options, overrides));
}

/** A missing package and a level the codec does not have show here, at bootstrap. */
async function codecOf(
  { compressionType, compressionLevel }: ProducerOptions,
  wrongAlone: ReadonlySet<string>,
  problems: OptionProblem[],
): Promise<Codec | undefined> {
  if (wrongAlone.has('producer.compressionType') || wrongAlone.has('producer.compressionLevel')) return undefined;
  try {
    const codec = await loadCodec(compressionType, compressionLevel);
    return compressionType === 'none' ? undefined : codec;
  } catch (error) {
    const isLevel = error instanceof Error && error.name === 'InvalidCompressionLevelError';
    const path = isLevel ? 'producer.compressionLevel' : 'producer.compressionType';
    problems.push({ path, message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
