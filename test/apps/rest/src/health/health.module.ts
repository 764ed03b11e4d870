import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { KafkaProducerHealthIndicator } from 'nestjs-kafka-producer/health';
import { ConfigModule } from '../config/config.module.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [TerminusModule, ConfigModule],
  controllers: [HealthController],
  providers: [KafkaProducerHealthIndicator],
})
export class HealthModule {}
