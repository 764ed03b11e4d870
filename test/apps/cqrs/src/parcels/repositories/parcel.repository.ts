import { Injectable, NotFoundException } from '@nestjs/common';
import type { Parcel } from '../models/parcel.js';

@Injectable()
export class ParcelRepository {
  private readonly parcels = new Map<string, Parcel>();

  save(parcel: Parcel): void {
    this.parcels.set(parcel.id, parcel);
  }

  findOne(id: string): Parcel {
    const parcel = this.parcels.get(id);
    if (parcel === undefined) throw new NotFoundException(`There is no parcel ${id}`);
    return parcel;
  }
}
