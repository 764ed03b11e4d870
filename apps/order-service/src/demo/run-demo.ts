import { KafkaProducerService } from 'nestjs-kafka-producer';
import { createApp, listen } from '../create-app.js';
import { DEFAULT_GROUP } from '../worker/worker-config.js';
import type { DemoFlags } from './flags.js';
import { openKafka } from './kafka-for-demo.js';
import { readOrders } from './order-file.js';
import { serve } from './serve.js';
import { showPipeline } from './show-pipeline.js';
import { WorkerProcess } from './worker-process.js';
import type { Stage } from './stage.js';

/**
 * Opens what the demo needs, runs it, and closes everything in the opposite order, however it ends.
 *
 * @param stop aborted when the person wants no more; the demo aborts it itself when the worker fails
 */
export async function runDemo(flags: DemoFlags, stop: AbortController): Promise<void> {
  const { signal } = stop;
  const closers: (() => Promise<unknown>)[] = [];
  /** What is being opened is opened, even when it is to be closed at once: nothing is left behind half open. */
  const opened = async <T>(opening: Promise<T>, close: (resource: T) => Promise<unknown>): Promise<T> => {
    const resource = await opening;
    closers.push(() => close(resource));
    signal.throwIfAborted();
    return resource;
  };
  try {
    const kafka = await opened(openKafka(flags.brokers), (it) => it.close());
    const app = await opened(createApp({ brokers: kafka.brokers }, ['warn', 'error']), (it) => it.close());
    const url = await listen(app, flags.port);
    const stage: Stage = {
      url,
      kafka,
      signal,
      transactions: () => app.get(KafkaProducerService).stats().groupsCommitted,
      startWorker: () => {
        const worker = new WorkerProcess(kafka.brokers, DEFAULT_GROUP, (error) => stop.abort(error));
        closers.push(() => worker.stop());
        return worker;
      },
    };
    console.log(`Kafka is ${kafka.description}.\nThe order service listens at ${url}.`);
    await showPipeline(stage, await readOrders());
    if (flags.serve) await serve(stage);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}
