import { BadRequestException, Global, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { getKafkaProducerToken, type KafkaProducerService } from 'nestjs-kafka-producer';
import type { TenantContext } from './tenant.js';

/** Under the name 'tenant' every `@Emit` gets the producer of the cluster that holds the tenant's data. */
@Global()
@Module({
  providers: [
    {
      provide: getKafkaProducerToken('tenant'),
      scope: Scope.REQUEST,
      durable: true,
      inject: [REQUEST, getKafkaProducerToken('eu'), getKafkaProducerToken('us')],
      useFactory: ({ tenant }: TenantContext, eu: KafkaProducerService, us: KafkaProducerService) => {
        if (tenant === 'eu') return eu;
        if (tenant === 'us') return us;
        throw new BadRequestException("The header x-tenant must be 'eu' or 'us'");
      },
    },
  ],
  exports: [getKafkaProducerToken('tenant')],
})
export class TenantProducerModule {}
