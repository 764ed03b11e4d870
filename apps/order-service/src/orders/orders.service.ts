import { Injectable } from '@nestjs/common';
import { totalOf, type Order } from './order.js';
import { OrderEvents } from './order-events.js';
import type { PlaceOrderDto } from './place-order.dto.js';

@Injectable()
export class OrdersService {
  constructor(private readonly events: OrderEvents) {}

  /**
   * Prices the order and tells the others about it.
   *
   * Resolves when Kafka has acknowledged all of its records. The two topics are not written atomically: when this rejects, some of the
   * records may be there, and the customer sends the order again under the same reference.
   */
  async place({ reference, customer, currency, lines }: PlaceOrderDto): Promise<Order> {
    const order: Order = {
      id: reference,
      customer,
      currency,
      lines,
      total: totalOf(lines),
      placedAt: new Date().toISOString(),
    };
    // Together, so that both share the next request to Kafka.
    await Promise.all([this.events.placed(order), this.events.stockReserved(order)]);
    return order;
  }
}
