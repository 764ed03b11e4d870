import { Injectable } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import { orderConfirmed, orderRejected, type OrderConfirmed, type OrderRejected } from '../orders/order-topics.js';
import { CREDIT_LIMIT_EUR } from './credit-limit.js';
import type { PlacedOrderDto } from './placed-order.dto.js';

/** Every event the worker sends. */
@Injectable()
export class OrderAnswers {
  @Emit(orderConfirmed)
  async confirmed({ orderId, customerId, currency, total }: PlacedOrderDto): Promise<OrderConfirmed> {
    return { orderId, customerId, currency, total };
  }

  @Emit(orderRejected)
  async rejected({ orderId, customerId, currency, total }: PlacedOrderDto): Promise<OrderRejected> {
    return { orderId, customerId, currency, total, reason: 'above credit limit', creditLimitEur: CREDIT_LIMIT_EUR };
  }
}
