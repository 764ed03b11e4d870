import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { orderPlaced } from '../orders/order-topics.js';
import { isWithinCreditLimit } from './credit-limit.js';
import { OrderAnswers } from './order-answers.js';
import { PlacedOrderDto } from './placed-order.dto.js';

@Controller()
export class PlacedOrdersController {
  constructor(private readonly answers: OrderAnswers) {}

  /**
   * Answers an order. Runs in a unit that `ExactlyOnceKafkaServer` opens: the answer and the offset of the order are committed together or not at all. When
   * this rejects, the order comes again.
   */
  @EventPattern<string>(orderPlaced.topic)
  async answer(@Payload() order: PlacedOrderDto): Promise<void> {
    if (isWithinCreditLimit(order)) await this.answers.confirmed(order);
    else await this.answers.rejected(order);
  }
}
