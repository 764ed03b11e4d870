import { Module, type DynamicModule } from '@nestjs/common';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import type { OrderServiceConfig } from './config.js';
import { HealthController } from './health/health.controller.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({})
export class AppModule {
  static with({ brokers, patience }: AppSettings): DynamicModule {
    const { maxBlockMs, requestTimeoutMs, commitTimeoutMs } = patience ?? PATIENCE;
    return {
      module: AppModule,
      imports: [
        KafkaProducerModule.forRoot({
          client: { clientId: 'order-service', brokers: [...brokers] },
          producer: {
            compressionType: 'gzip',
            maxBlockMs,
            requestTimeoutMs,
          },
          transactions: { commitTimeoutMs },
          // Of the headers of a request these are on its records too.
          propagateHeaders: ['x-correlation-id', 'traceparent'],
        }),
        OrdersModule,
      ],
      controllers: [HealthController],
    };
  }
}

/** A customer waits for the answer: say no after seconds, not after Kafka's half a minute. */
const PATIENCE = { maxBlockMs: 5_000, requestTimeoutMs: 5_000, commitTimeoutMs: 10_000 };

export interface AppSettings extends Pick<OrderServiceConfig, 'brokers'> {
  /** How long an order waits for Kafka: before it is staged, for an answer, and for its commit. */
  readonly patience?: typeof PATIENCE;
}
