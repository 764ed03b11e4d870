import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ParcelEvents } from '../../parcel-events.js';
import { ParcelRegisteredEvent } from '../parcel-registered.event.js';

@EventsHandler(ParcelRegisteredEvent)
export class ParcelRegisteredHandler implements IEventHandler<ParcelRegisteredEvent> {
  constructor(private readonly events: ParcelEvents) {}

  async handle(event: ParcelRegisteredEvent): Promise<void> {
    await this.events.registered(event.parcelId, event.address);
  }
}
