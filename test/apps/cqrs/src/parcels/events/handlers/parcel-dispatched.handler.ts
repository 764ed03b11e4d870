import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { Emit } from 'nestjs-kafka-producer';
import { parcelDispatched, type ParcelDispatched } from '../../parcel.topics.js';
import { ParcelDispatchedEvent } from '../parcel-dispatched.event.js';

/** Tells the world what the domain has said. */
@EventsHandler(ParcelDispatchedEvent)
export class ParcelDispatchedHandler implements IEventHandler<ParcelDispatchedEvent> {
  @Emit(parcelDispatched)
  async handle({ parcelId, carrier }: ParcelDispatchedEvent): Promise<ParcelDispatched> {
    return { parcelId, carrier };
  }
}
