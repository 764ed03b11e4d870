import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { ReviewsModule } from './reviews/reviews.module.js';
import { TenantProducerModule } from './tenants/tenant-producer.module.js';

function brokersOf(region: 'EU' | 'US'): string[] {
  return (process.env[`KAFKA_BROKERS_${region}`] ?? 'localhost:9092').split(',');
}

@Module({
  imports: [
    KafkaProducerModule.forRootAsync({
      name: 'eu',
      useFactory: () => ({ client: { clientId: 'reviews', brokers: brokersOf('EU') } }),
    }),
    KafkaProducerModule.forRootAsync({
      name: 'us',
      useFactory: () => ({ client: { clientId: 'reviews', brokers: brokersOf('US') } }),
    }),
    TenantProducerModule,
    GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
    ReviewsModule,
  ],
})
export class AppModule {}
