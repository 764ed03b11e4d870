import { defineTopic } from 'nestjs-kafka-producer';

export interface ParcelRegistered {
  parcelId: string;
  city: string;
}
export const parcelRegistered = defineTopic<ParcelRegistered>('parcels.registered', {
  key: (event) => event.parcelId,
});

export interface ParcelDispatched {
  parcelId: string;
  carrier: string;
}
export const parcelDispatched = defineTopic<ParcelDispatched>('parcels.dispatched', {
  key: (event) => event.parcelId,
  headers: (event) => ({ carrier: event.carrier }),
});
