import { Injectable } from '@nestjs/common';

/** What differs between environments. */
@Injectable()
export class AppConfig {
  readonly brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',');
  /** A customer waits for the answer: not Kafka's two minutes. */
  readonly deliveryTimeoutMs: number = 10_000;
  readonly requestTimeoutMs: number = 5_000;
  /** How old an event may become before this instance is taken out of the load balancer. */
  readonly maxUnsentAgeMs: number = 5_000;
}
