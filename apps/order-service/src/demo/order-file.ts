import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** What a client of `POST /orders` sends. */
export interface OrderBody {
  readonly reference: string;
  readonly customer: { readonly id: string; readonly name: string };
  readonly currency: string;
  readonly lines: { readonly sku: string; readonly quantity: number; readonly unitPrice: number }[];
}

interface Row {
  readonly reference: string;
  readonly customer_id: string;
  readonly customer_name: string;
  readonly currency: string;
  readonly sku: string;
  readonly quantity: string;
  readonly unit_price: string;
}

/** Reads `data/orders.csv`, which has one row per order line, the lines of an order together. */
export async function readOrders(): Promise<OrderBody[]> {
  const text = await readFile(new URL('../../data/orders.csv', import.meta.url), 'utf8');
  const orders = new Map<string, OrderBody>();
  for (const row of parse<Row>(text, { columns: true })) {
    const order = orders.get(row.reference) ?? {
      reference: row.reference,
      customer: { id: row.customer_id, name: row.customer_name },
      currency: row.currency,
      lines: [],
    };
    order.lines.push({ sku: row.sku, quantity: Number(row.quantity), unitPrice: Number(row.unit_price) });
    orders.set(row.reference, order);
  }
  return [...orders.values()];
}
