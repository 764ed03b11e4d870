export class ParcelRegisteredEvent {
  constructor(
    readonly parcelId: string,
    readonly address: string,
  ) {}
}
