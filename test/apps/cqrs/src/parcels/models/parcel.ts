import { AggregateRoot } from '@nestjs/cqrs';
import { ParcelDispatchedEvent } from '../events/parcel-dispatched.event.js';
import { ParcelRegisteredEvent } from '../events/parcel-registered.event.js';

export class Parcel extends AggregateRoot {
  private address = '';
  private isDispatched = false;

  constructor(readonly id: string) {
    super();
  }

  register(address: string): void {
    this.apply(new ParcelRegisteredEvent(this.id, address));
  }

  dispatch(carrier: string): void {
    if (this.isDispatched) return;
    this.apply(new ParcelDispatchedEvent(this.id, carrier, this.address));
  }

  protected onParcelRegisteredEvent({ address }: ParcelRegisteredEvent): void {
    this.address = address;
  }

  protected onParcelDispatchedEvent(): void {
    this.isDispatched = true;
  }
}
