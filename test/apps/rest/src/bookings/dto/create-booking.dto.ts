import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsEmail, IsInt, IsString, Length, Min, ValidateNested } from 'class-validator';

export class SeatDto {
  @Length(1, 2)
  readonly row: string;

  @IsInt()
  @Min(1)
  readonly number: number;
}

export class CreateBookingDto {
  @IsString()
  @Length(1, 40)
  readonly showId: string;

  @IsEmail()
  readonly email: string;

  /** None: a standing ticket. */
  @IsArray()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => SeatDto)
  readonly seats: SeatDto[];
}
