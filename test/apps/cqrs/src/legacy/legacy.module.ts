import { Module } from '@nestjs/common';
import { provideClientKafka } from 'nestjs-kafka-producer/microservices';
import { TrackingService } from './tracking.service.js';

@Module({ providers: [TrackingService, provideClientKafka('KAFKA_SERVICE')] })
export class LegacyModule {}
