export class RegisterParcelCommand {
  constructor(
    readonly parcelId: string,
    readonly address: string,
  ) {}
}
