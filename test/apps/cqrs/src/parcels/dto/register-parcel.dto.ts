export class RegisterParcelDto {
  readonly id: string;
  readonly address: string;
}
