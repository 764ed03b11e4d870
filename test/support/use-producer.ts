import { Test } from '@nestjs/testing';
import {
  KafkaProducerModule,
  KafkaProducerService,
  type ClientOptions,
  type KafkaProducerOptions,
} from 'nestjs-kafka-producer';

/** Of the client, what may differ from test to test. */
type ClientSettings = Partial<Omit<ClientOptions, 'brokers'>>;

/**
 * A Nest application with nothing but the producer, closed when `work` has settled.
 *
 * @param options what the test is about; the brokers are given apart
 */
export async function useProducer<T>(
  bootstrap: readonly string[] | (() => string[]),
  { client, ...options }: Omit<KafkaProducerOptions, 'client'> & { readonly client?: ClientSettings },
  work: (producer: KafkaProducerService) => Promise<T>,
): Promise<T> {
  const brokers = typeof bootstrap === 'function' ? bootstrap : [...bootstrap];
  const imports = [KafkaProducerModule.forRoot({ client: { clientId: 'test', ...client, brokers }, ...options })];
  const application = await Test.createTestingModule({ imports }).compile();
  await application.init();
  try {
    return await work(application.get(KafkaProducerService));
  } finally {
    await application.close();
  }
}
