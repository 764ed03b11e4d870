export class ParcelDispatchedEvent {
  constructor(
    readonly parcelId: string,
    readonly carrier: string,
    readonly address: string,
  ) {}
}
