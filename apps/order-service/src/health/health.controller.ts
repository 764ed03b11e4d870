import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { KafkaProducerService, type ProducerStats } from 'nestjs-kafka-producer';

/** A record that is not sent for so long means that orders fail or are about to. */
const STUCK_AFTER_MS = 3_000;

export interface Health {
  readonly status: 'ok' | 'kafka does not answer';
  readonly kafka: Pick<
    ProducerStats,
    'brokersConnected' | 'bufferedRecords' | 'oldestUnsentAgeMs' | 'recordsSent' | 'retries'
  >;
}

@Controller('health')
export class HealthController {
  constructor(private readonly producer: KafkaProducerService) {}

  /** For a load balancer: 200, or 503 while events do not get through. Costs no request to Kafka. */
  @Get()
  health(): Health {
    const { brokersConnected, bufferedRecords, oldestUnsentAgeMs, recordsSent, retries, waitingSenders } =
      this.producer.stats();
    // No connection alone is no illness: brokers close those that were idle for minutes.
    const stuck = oldestUnsentAgeMs > STUCK_AFTER_MS || (waitingSenders > 0 && brokersConnected === 0);
    const health: Health = {
      status: stuck ? 'kafka does not answer' : 'ok',
      kafka: { brokersConnected, bufferedRecords, oldestUnsentAgeMs, recordsSent, retries },
    };
    if (stuck) throw new ServiceUnavailableException(health);
    return health;
  }
}
