import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { KafkaProducerService, type ProducerStats } from 'nestjs-kafka-producer';

export interface Health {
  readonly status: 'ok' | 'kafka does not answer';
  readonly kafka: Pick<ProducerStats, 'brokersConnected' | 'openUnits' | 'quarantinedUnits' | 'groupsCommitted'>;
}

@Controller('health')
export class HealthController {
  constructor(private readonly producer: KafkaProducerService) {}

  /** For a load balancer: 200, or 503 while orders do not get through. Costs no request to Kafka. */
  @Get()
  health(): Health {
    const { brokersConnected, openUnits, quarantinedUnits, groupsCommitted } = this.producer.stats();
    // No connection alone is no illness: brokers close those that were idle for minutes.
    const isStuck = quarantinedUnits > 0 || (brokersConnected === 0 && openUnits > 0);
    const health: Health = {
      status: isStuck ? 'kafka does not answer' : 'ok',
      kafka: { brokersConnected, openUnits, quarantinedUnits, groupsCommitted },
    };
    if (isStuck) throw new ServiceUnavailableException(health);
    return health;
  }
}
