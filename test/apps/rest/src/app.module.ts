import { Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { BookingsModule } from './bookings/bookings.module.js';
import { AppConfig } from './config/app.config.js';
import { ConfigModule } from './config/config.module.js';
import { KafkaProducerExceptionFilter } from './filters/kafka-producer-exception.filter.js';
import { HealthModule } from './health/health.module.js';

@Module({
  imports: [
    KafkaProducerModule.forRootAsync({
      imports: [ConfigModule],
      inject: [AppConfig],
      useFactory: ({ brokers, deliveryTimeoutMs, requestTimeoutMs }: AppConfig) => ({
        client: { clientId: 'bookings', brokers },
        producer: { lingerMs: 20, deliveryTimeoutMs, requestTimeoutMs },
      }),
    }),
    BookingsModule,
    HealthModule,
  ],
  providers: [
    {
      provide: APP_PIPE,
      useValue: new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
    },
    { provide: APP_FILTER, useClass: KafkaProducerExceptionFilter },
  ],
})
export class AppModule {}
