import 'reflect-metadata';
import { Logger, type INestMicroservice } from '@nestjs/common';
import { ConfigError } from '../config.js';
import { orderPlaced } from '../orders/order-topics.js';
import { createWorker } from './create-worker.js';
import { endWithParent } from './end-with-parent.js';
import { workerConfigFromEnv, type WorkerConfig } from './worker-config.js';

const log = new Logger('OrderWorker');
const ignoreParent = endWithParent();

try {
  const config = workerConfigFromEnv(process.env);
  const worker = await createWorker(config);
  // On a SIGTERM the orders at hand are answered, and the group learns at once that this member is gone.
  worker.enableShutdownHooks();
  await listen(worker, config);
  log.log(`Answering ${orderPlaced.topic} of ${config.brokers.join(', ')} in the group ${config.groupId}`);
  process.send?.('ready');
} catch (error) {
  log.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
  ignoreParent(); // there is nothing left to end
}

async function listen(worker: INestMicroservice, { brokers }: WorkerConfig): Promise<void> {
  try {
    await worker.listen();
  } catch (cause) {
    await worker.close();
    if (!(cause instanceof Error) || !cause.name.startsWith('KafkaJS')) throw cause;
    throw new ConfigError(`The Kafka cluster at ${brokers.join(', ')} cannot be used: ${cause.message}`, { cause });
  }
}
