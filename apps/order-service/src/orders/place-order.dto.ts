import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CURRENCIES, type Currency } from './order.js';

export class CustomerDto {
  @Matches(/^C-\d{4,8}$/, { message: '$property must look like C-1042' })
  id: string;

  @IsString()
  @Length(1, 120)
  name: string;
}

export class OrderLineDto {
  @Matches(/^[A-Z0-9]{2,8}(-[A-Z0-9]{1,8}){1,3}$/, { message: '$property must look like BEAN-ETH-250' })
  sku: string;

  @IsInt()
  @Min(1)
  @Max(1_000)
  quantity: number;

  /** For one piece, in the currency of the order. */
  @IsNumber({ maxDecimalPlaces: 2 })
  @Min(0)
  @Max(1_000_000)
  unitPrice: number;
}

/** The body of `POST /orders`. */
export class PlaceOrderDto {
  /** The customer's own number. An order that is sent again under the same reference is the same order. */
  @Matches(/^[A-Z0-9][A-Z0-9-]{3,31}$/, { message: '$property must be 4 to 32 capital letters, digits or hyphens' })
  reference: string;

  @ValidateNested()
  @Type(() => CustomerDto)
  @IsNotEmpty()
  customer: CustomerDto;

  @IsIn(CURRENCIES)
  currency: Currency;

  @ArrayMaxSize(100)
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => OrderLineDto)
  lines: OrderLineDto[];
}
