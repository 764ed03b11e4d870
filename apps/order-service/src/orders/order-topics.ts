import { defineTopic } from 'nestjs-kafka-producer';
import type { Currency } from './order.js';

export interface OrderPlaced {
  readonly orderId: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly currency: Currency;
  readonly total: number;
  readonly lineCount: number;
  readonly placedAt: string;
}

/** So many pieces of an article are taken, for that order. */
export interface StockReserved {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
}

interface OrderAnswer {
  readonly orderId: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly total: number;
}

/** The order will be delivered. */
export type OrderConfirmed = OrderAnswer;

/** It will not. */
export interface OrderRejected extends OrderAnswer {
  readonly reason: 'above credit limit';
  readonly creditLimitEur: number;
}

/** Keyed by order: everything that happens to one order stays in sequence. */
export const orderPlaced = defineTopic<OrderPlaced>('orders.placed', { key: (event) => event.orderId });

/** Keyed by article: the warehouse counts one article in one place. */
export const stockReserved = defineTopic<StockReserved>('inventory.reserved', { key: (event) => event.sku });

export const orderConfirmed = defineTopic<OrderConfirmed>('orders.confirmed', { key: (event) => event.orderId });
export const orderRejected = defineTopic<OrderRejected>('orders.rejected', { key: (event) => event.orderId });
