import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ClientKafka } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { ParcelDispatchedEvent } from '../parcels/events/parcel-dispatched.event.js';

/** As it was before the application had KafkaProducerModule; not a line has changed. */
@Injectable()
@EventsHandler(ParcelDispatchedEvent)
export class TrackingService implements IEventHandler<ParcelDispatchedEvent>, OnModuleInit {
  constructor(@Inject('KAFKA_SERVICE') private readonly client: ClientKafka) {}

  async onModuleInit(): Promise<void> {
    await this.client.connect();
  }

  async handle({ parcelId, carrier }: ParcelDispatchedEvent): Promise<void> {
    this.client.emit('tracking.count', 1);
    await lastValueFrom(
      this.client.emit('tracking', { key: parcelId, value: { parcelId, carrier }, headers: { source: 'legacy' } }),
    );
  }
}
