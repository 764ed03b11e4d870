import { Module } from '@nestjs/common';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { LegacyModule } from './legacy/legacy.module.js';
import { ParcelsModule } from './parcels/parcels.module.js';

@Module({
  imports: [
    KafkaProducerModule.forRootAsync({
      useFactory: () => ({
        client: { clientId: 'parcels', brokers: (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',') },
      }),
    }),
    ParcelsModule,
    LegacyModule,
  ],
})
export class AppModule {}
