import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { KafkaProducerService, type ProducerStats } from 'nestjs-kafka-producer';

/** A record that is not sent for so long means that orders fail or are about to. */
const STUCK_AFTER_MS = 3_000;

export interface Health {
  readonly status: 'ok' | 'kafka does not answer';
  readonly kafka: Pick<
    ProducerStats,
    | 'brokersConnected'
    | 'waitingRecords'
    | 'bufferedRecords'
    | 'oldestUnsentAgeMs'
    | 'acknowledgedRecords'
    | 'failedRecords'
  >;
}

@Controller('health')
export class HealthController {
  constructor(private readonly producer: KafkaProducerService) {}

  /** For a load balancer: 200, or 503 while events do not get through. Costs no request to Kafka. */
  @Get()
  health(): Health {
    const stats = this.producer.stats();
    const { brokersConnected, waitingRecords, bufferedRecords, oldestUnsentAgeMs } = stats;
    // No connection alone is no illness: brokers close those that were idle for minutes.
    const isStuck =
      oldestUnsentAgeMs > STUCK_AFTER_MS || (brokersConnected === 0 && waitingRecords + bufferedRecords > 0);
    const { acknowledgedRecords, failedRecords } = stats;
    const health: Health = {
      status: isStuck ? 'kafka does not answer' : 'ok',
      kafka: {
        brokersConnected,
        waitingRecords,
        bufferedRecords,
        oldestUnsentAgeMs,
        acknowledgedRecords,
        failedRecords,
      },
    };
    if (isStuck) throw new ServiceUnavailableException(health);
    return health;
  }
}
