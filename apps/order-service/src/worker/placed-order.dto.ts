import { IsIn, IsNumber, IsString, Matches, Min } from 'class-validator';
import { CURRENCIES, type Currency } from '../orders/order.js';

/** What the worker needs of an order that was placed. Fields it does not know do not disturb it: the order service may add some. */
export class PlacedOrderDto {
  @Matches(/^[A-Z0-9][A-Z0-9-]{3,31}$/, { message: '$property must be 4 to 32 capital letters, digits or hyphens' })
  orderId: string;

  @IsString()
  customerId: string;

  @IsIn(CURRENCIES)
  currency: Currency;

  @Min(0)
  @IsNumber()
  total: number;
}
