import { Module, type DynamicModule } from '@nestjs/common';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import type { OrderServiceConfig } from './config.js';
import { HealthController } from './health/health.controller.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({})
export class AppModule {
  static with({ brokers, producer }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        KafkaProducerModule.forRoot({
          client: { clientId: 'order-service', brokers: [...brokers] },
          producer: {
            // Orders that arrive within 5 ms of each other share a request to Kafka.
            lingerMs: 5,
            compressionType: 'gzip',
            // A customer waits for the answer: say no after seconds, not after Kafka's two minutes.
            maxBlockMs: 5_000,
            requestTimeoutMs: 5_000,
            deliveryTimeoutMs: 10_000,
            ...producer,
          },
        }),
        OrdersModule,
      ],
      controllers: [HealthController],
    };
  }
}

export interface AppSettings extends Pick<OrderServiceConfig, 'brokers'> {
  /** Overrides of the producer options above. */
  readonly producer?: {
    readonly maxBlockMs?: number;
    readonly requestTimeoutMs?: number;
    readonly deliveryTimeoutMs?: number;
  };
}
