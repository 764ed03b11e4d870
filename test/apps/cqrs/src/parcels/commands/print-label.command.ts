export class PrintLabelCommand {
  constructor(
    readonly parcelId: string,
    readonly address: string,
  ) {}
}
