import { Module, type DynamicModule } from '@nestjs/common';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import type { WorkerConfig } from './worker-config.js';
import { OrderAnswers } from './order-answers.js';
import { PlacedOrdersController } from './placed-orders.controller.js';

@Module({})
export class WorkerModule {
  static with({ brokers }: Pick<WorkerConfig, 'brokers'>): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        KafkaProducerModule.forRoot({
          client: { clientId: 'order-worker', brokers: [...brokers] },
          producer: { compressionType: 'gzip' },
          // A worker that is killed in the middle of a commit holds up those who take over, and all who read its answers, until Kafka gives its transaction up.
          transactions: { transactionTimeoutMs: 5_000 },
          propagateHeaders: ['x-correlation-id', 'traceparent'],
        }),
      ],
      controllers: [PlacedOrdersController],
      providers: [OrderAnswers],
    };
  }
}
