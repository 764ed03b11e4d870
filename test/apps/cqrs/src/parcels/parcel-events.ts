import { Injectable } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import { parcelRegistered, type ParcelRegistered } from './parcel.topics.js';

@Injectable()
export class ParcelEvents {
  /** The street is nobody's business. */
  @Emit(parcelRegistered)
  async registered(parcelId: string, address: string): Promise<ParcelRegistered> {
    return { parcelId, city: address.split(', ').at(-1) ?? address };
  }
}
