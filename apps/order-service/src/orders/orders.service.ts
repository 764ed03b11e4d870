import { Injectable } from '@nestjs/common';
import { Transactional } from 'nestjs-kafka-producer';
import { totalOf, type Order } from './order.js';
import { OrderEvents } from './order-events.js';
import type { PlaceOrderDto } from './place-order.dto.js';

@Injectable()
export class OrdersService {
  constructor(private readonly events: OrderEvents) {}

  /**
   * Prices the order, places it and reserves its stock in one unit: consumers see all of its records or none.
   *
   * Resolves when Kafka has committed them. When this rejects nobody was told of the order, or, if Kafka's answer was lost, it may have been placed:
   * the customer sends it again under the same reference.
   */
  @Transactional()
  async place({ reference, customer, currency, lines }: PlaceOrderDto): Promise<Order> {
    const order: Order = {
      id: reference,
      customer,
      currency,
      lines,
      total: totalOf(lines),
      placedAt: new Date().toISOString(),
    };
    await this.events.placed(order);
    await this.events.stockReserved(order);
    return order;
  }
}
