export const CURRENCIES = ['EUR', 'GBP', 'USD', 'CHF', 'SEK', 'PLN'] as const;
export type Currency = (typeof CURRENCIES)[number];

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** For one piece, in the currency of the order. */
  readonly unitPrice: number;
}

export interface Order {
  /** The customer's reference: placing an order again does not make a second one. */
  readonly id: string;
  readonly customer: { readonly id: string; readonly name: string };
  readonly currency: Currency;
  readonly lines: readonly OrderLine[];
  readonly total: number;
  /** ISO 8601, UTC. */
  readonly placedAt: string;
}

/** Added up in hundredths, so that 3 × 0.10 is 0.30. */
export function totalOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * Math.round(unitPrice * 100), 0) / 100;
}
