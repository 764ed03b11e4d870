import { Test } from '@nestjs/testing';
import { KafkaProducerModule, KafkaProducerService, type KafkaProducerOptions } from 'nestjs-kafka-producer';

/**
 * A Nest application with nothing but the producer, closed when `work` has settled.
 *
 * @param options what the test is about; the brokers are given apart
 */
export async function useProducer<T>(
  bootstrap: readonly string[],
  options: Omit<KafkaProducerOptions, 'client'>,
  work: (producer: KafkaProducerService) => Promise<T>,
): Promise<T> {
  const imports = [KafkaProducerModule.forRoot({ client: { clientId: 'test', brokers: [...bootstrap] }, ...options })];
  const application = await Test.createTestingModule({ imports }).compile();
  await application.init();
  try {
    return await work(application.get(KafkaProducerService));
  } finally {
    await application.close();
  }
}
