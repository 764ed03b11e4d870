import { Module, type DynamicModule } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';

import { KafkaProducerRegistration } from '../kafka-producer.registration.js';
import { KAFKA_CLUSTER } from '../kafka-producer.tokens.js';
import { CommittedRecords } from './committed-records.js';
import { InMemoryCluster } from './in-memory-cluster.js';
import type { InMemoryKafkaOptions } from './in-memory-topics.js';
import { OutcomeScripts } from './outcome-scripts.js';
import { RecordLog } from './record-log.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';

/** What a test asks the application for. */
@Module({})
class InMemoryKafkaModule {}

/**
 * Lets the application under test run without a Kafka: every producer module gets a cluster in memory, everything else stays as it is: options,
 * serialisation, partitioning, batching, sequences. No socket is opened, whatever `client.brokers` says.
 *
 * `CommittedRecords` and `ScriptedOutcomes` can be asked from the application then. They belong to it alone: two applications in one process share nothing.
 *
 * @returns the builder, to be chained further
 */
export function inMemoryKafka<B extends TestingModuleBuilder>(builder: B, options: InMemoryKafkaOptions = {}): B {
  addImport(builder, {
    module: InMemoryKafkaModule,
    global: true,
    providers: [
      { provide: CommittedRecords, useClass: RecordLog },
      { provide: ScriptedOutcomes, useFactory: () => new OutcomeScripts() },
    ],
    exports: [CommittedRecords, ScriptedOutcomes],
  });
  builder.overrideProvider(KAFKA_CLUSTER).useFactory({
    inject: [KafkaProducerRegistration, CommittedRecords, ScriptedOutcomes],
    factory: ({ name }: KafkaProducerRegistration, log: RecordLog, scripts: OutcomeScripts) =>
      new InMemoryCluster(name, options, log, scripts),
  });
  return builder;
}

/**
 * The builder can only replace what is there; the module it makes of its metadata is private to it, in every version of 11 and 12. A second call takes the
 * place of the first.
 */
function addImport(builder: TestingModuleBuilder, added: DynamicModule): void {
  const root: unknown = Reflect.get(builder, 'module');
  if (typeof root !== 'function') {
    throw new Error(
      'inMemoryKafka() needs what Test.createTestingModule() of @nestjs/testing 11 or 12 returns, before compile(). Check the installed version.',
    );
  }
  const imports = (Reflect.getMetadata('imports', root) ?? []) as Partial<DynamicModule>[];
  const others = imports.filter((imported) => imported?.module !== added.module);
  Reflect.defineMetadata('imports', [...others, added], root);
}
