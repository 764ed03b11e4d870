export class DispatchParcelCommand {
  constructor(
    readonly parcelId: string,
    readonly carrier: string,
  ) {}
}
