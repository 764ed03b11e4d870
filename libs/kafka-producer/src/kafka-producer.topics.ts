import { randomUUID } from 'node:crypto';
import { Inject, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';

import { describeValue } from './errors/describe-value.js';
import { InvalidMethodError, InvalidOptionsError, type OptionProblem } from './errors/program.errors.js';
import { DEFAULT_PRODUCER, getKafkaProducerToken } from './kafka-producer.tokens.js';
import { isContract, prepareContract, type AnyTopicContract } from './topics/define-topic.js';
import { TopicProducer, type TopicSender } from './topics/topic-producer.js';

const IMPORT_CYCLE = 'Most often two files import each other: move the contract into a file that imports neither.';

/**
 * Injects a `TopicProducer` for the records of a contract. The module needs `KafkaProducerModule.forFeature([contract])`.
 *
 * @throws InvalidMethodError while the class is defined: without a contract
 */
export function InjectTopic(contract: AnyTopicContract): PropertyDecorator & ParameterDecorator {
  return (target: object, key: string | symbol | undefined, index?: number): void => {
    if (!isContract(contract)) {
      const reason = `its @InjectTopic got ${describeValue(contract)} instead of a contract`;
      throw new InvalidMethodError({ host: classOf(target), method: String(key ?? ''), reason, remedy: IMPORT_CYCLE });
    }
    (Inject(contract.token) as ParameterDecorator)(target, key, index as number); // Nest tells by the index which of both it is
  };
}

function classOf(target: object): string {
  return (typeof target === 'function' ? target : target.constructor).name || 'a class';
}

/**
 * The `TopicProducer` of each contract, for the module that asked for them.
 *
 * A producer that depends on the request makes them depend on it too, as injection does everywhere. One of a module with `isGlobal: false` is not visible from
 * here and is looked up in the application.
 *
 * @throws InvalidOptionsError for what is no contract
 */
export function topicProviders(contracts: readonly AnyTopicContract[]): Pick<DynamicModule, 'providers' | 'exports'> {
  assertContracts(contracts);
  const distinct = [...new Set(contracts)];
  // A token of this call alone: another call for topics of the same names is another module, however Nest tells modules apart.
  const checked = `nestjs-kafka-producer/topics:${randomUUID()}`;
  return {
    providers: [
      {
        provide: checked,
        inject: [ModulesContainer],
        useFactory: (modules: ModulesContainer) => check(distinct, modules),
      },
      ...distinct.map((contract) => topicProvider(contract, checked)),
    ],
    exports: distinct.map(({ token }) => token),
  };
}

function topicProvider(contract: AnyTopicContract, checked: string): FactoryProvider {
  const token = producerToken(contract);
  return {
    provide: contract.token,
    inject: [{ token, optional: true }, ModuleRef, checked],
    useFactory: (visible: TopicSender | undefined, moduleRef: ModuleRef) =>
      new TopicProducer(contract, visible ?? new RemoteProducer(() => remote(contract, moduleRef))),
  };
}

/** A producer of a module that is not global: it may be constructed after those that need it. */
class RemoteProducer implements TopicSender {
  readonly #find: () => TopicSender;
  #found: TopicSender | undefined;

  constructor(find: () => TopicSender) {
    this.#find = find;
  }

  async send(...call: Parameters<TopicSender['send']>): ReturnType<TopicSender['send']> {
    return this.#producer().send(...call);
  }

  async sendAll(...call: Parameters<TopicSender['sendAll']>): ReturnType<TopicSender['sendAll']> {
    return this.#producer().sendAll(...call);
  }

  #producer(): TopicSender {
    return (this.#found ??= this.#find());
  }
}

function remote(contract: AnyTopicContract, moduleRef: ModuleRef): TopicSender {
  try {
    return moduleRef.get<TopicSender>(producerToken(contract), { strict: false });
  } catch (cause) {
    const name = nameOf(contract);
    const message =
      `the producer '${name}' of topic '${contract.topic}' depends on the request and is not visible here; ` +
      'export it from a module with @Global()';
    throw new InvalidOptionsError({ module: name, problems: [{ path: 'forFeature', message }], cause });
  }
}

/**
 * At bootstrap, or when a lazy module is loaded.
 *
 * @throws InvalidOptionsError when no module has the producer a contract names
 * @throws InvalidTopicError when a contract cannot validate
 */
async function check(contracts: readonly AnyTopicContract[], modules: ModulesContainer): Promise<true> {
  for (const contract of contracts) assertProducer(contract, modules);
  await Promise.all(contracts.map(prepareContract));
  return true;
}

function assertProducer(contract: AnyTopicContract, modules: ModulesContainer): void {
  const token = producerToken(contract);
  if ([...modules.values()].some(({ providers }) => providers.has(token))) return;
  const name = nameOf(contract);
  const options = name === DEFAULT_PRODUCER ? '{ … }' : `{ name: '${name}', … }`;
  const message =
    `the contract of topic '${contract.topic}' uses the producer '${name}', which no module has; ` +
    `import KafkaProducerModule.forRoot(${options}), or correct \`producer\` in its defineTopic()`;
  throw new InvalidOptionsError({ module: name, problems: [{ path: 'forFeature', message }] });
}

function assertContracts(contracts: unknown): asserts contracts is readonly AnyTopicContract[] {
  const problems: OptionProblem[] = Array.isArray(contracts)
    ? contracts.flatMap((contract: unknown, index) =>
        isContract(contract)
          ? []
          : [
              {
                path: `forFeature[${index}]`,
                message: `must be what defineTopic() returned, got ${describeValue(contract)}. ${IMPORT_CYCLE}`,
              },
            ],
      )
    : [{ path: 'forFeature', message: `needs an array of contracts, got ${describeValue(contracts)}` }];
  if (problems.length > 0) throw new InvalidOptionsError({ problems });
}

function nameOf({ producer }: AnyTopicContract): string {
  return producer ?? DEFAULT_PRODUCER;
}

function producerToken(contract: AnyTopicContract): ReturnType<typeof getKafkaProducerToken> {
  return getKafkaProducerToken(nameOf(contract));
}
