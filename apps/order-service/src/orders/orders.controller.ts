import { Body, Controller, Post } from '@nestjs/common';
import type { Order } from './order.js';
import { OrdersService } from './orders.service.js';
import { PlaceOrderDto } from './place-order.dto.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  /** 201 with the priced order once its events are committed, 400 with what is wrong, 503 when Kafka does not answer. */
  @Post()
  async place(@Body() order: PlaceOrderDto): Promise<Pick<Order, 'id' | 'total' | 'currency' | 'placedAt'>> {
    const { id, total, currency, placedAt } = await this.orders.place(order);
    return { id, total, currency, placedAt };
  }
}
