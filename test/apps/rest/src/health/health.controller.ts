import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { KafkaProducerHealthIndicator } from 'nestjs-kafka-producer/health';
import { AppConfig } from '../config/app.config.js';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly kafka: KafkaProducerHealthIndicator,
    private readonly config: AppConfig,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const { maxUnsentAgeMs } = this.config;
    return this.health.check([() => this.kafka.isHealthy('kafka', { maxUnsentAgeMs })]);
  }
}
