import { Injectable } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import type { Order } from './order.js';
import { orderPlaced, stockReserved, type OrderPlaced, type StockReserved } from './order-topics.js';

/** Every event this service sends: the returned value is the payload. In a unit the promise resolves when the record is staged, which costs no round trip. */
@Injectable()
export class OrderEvents {
  @Emit(orderPlaced)
  async placed(order: Order): Promise<OrderPlaced> {
    return {
      orderId: order.id,
      customerId: order.customer.id,
      customerName: order.customer.name,
      currency: order.currency,
      total: order.total,
      lineCount: order.lines.length,
      placedAt: order.placedAt,
    };
  }

  /** One record per line. */
  @Emit(stockReserved, { each: true })
  async stockReserved(order: Order): Promise<StockReserved[]> {
    return order.lines.map(({ sku, quantity }) => ({ orderId: order.id, sku, quantity }));
  }
}
