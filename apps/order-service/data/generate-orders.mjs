// Writes orders.csv, one row per order line: `node apps/order-service/data/generate-orders.mjs`.
//
// A mail-order shop for coffee: 140 customers in six currencies, some of whom order again and again. Always the same file, because the random
// numbers start from a fixed seed.
import { writeFileSync } from 'node:fs';

const ORDERS = 300;
const FIRST_ORDER_AT = Date.parse('2026-03-02T07:00:00Z');

let state = 20_260_302;
/** mulberry32: 0 ≤ random() < 1. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

// [currency, units for one euro, share of the customers]
const COUNTRIES = [
  ['EUR', 1, 46],
  ['GBP', 0.86, 18],
  ['USD', 1.1, 14],
  ['CHF', 0.95, 9],
  ['SEK', 11.2, 8],
  ['PLN', 4.3, 5],
];
const PRODUCTS = [
  ['BEAN-ETH-250', 'Yirgacheffe washed 250 g', 11.9],
  ['BEAN-ETH-1000', 'Yirgacheffe washed 1 kg', 39.9],
  ['BEAN-KEN-250', 'Nyeri AA 250 g', 13.5],
  ['BEAN-COL-250', 'Huila 250 g', 9.9],
  ['BEAN-COL-1000', 'Huila 1 kg', 33.5],
  ['BEAN-GUA-250', 'Antigua 250 g', 10.5],
  ['BEAN-BRA-1000', 'Cerrado 1 kg', 24.9],
  ['BEAN-SUM-250', 'Mandheling 250 g', 11.2],
  ['BEAN-DECAF-250', 'Decaf Chiapas 250 g', 10.9],
  ['BEAN-HOUSE-1000', 'House espresso 1 kg', 22.5],
  ['BEAN-HOUSE-5000', 'House espresso 5 kg', 104],
  ['FILT-V60-100', 'Paper filters 02, 100 pcs', 6.5],
  ['FILT-CHX-100', 'Square filters, 100 pcs', 11.8],
  ['DRIP-V60-02', 'Ceramic dripper 02', 24],
  ['PRESS-FR-1L', 'French press 1 l', 34.9],
  ['KETTLE-GN-09', 'Gooseneck kettle 0.9 l', 79],
  ['SCALE-B-2K', 'Scale with timer 2 kg', 49.5],
  ['GRIND-HAND-38', 'Hand grinder 38 mm', 119],
  ['GRIND-EL-58', 'Electric grinder 58 mm', 389],
  ['CUP-CAP-180', 'Cappuccino cup 180 ml', 8.9],
  ['CUP-ESP-70', 'Espresso cup 70 ml', 6.9],
  ['MILK-JUG-350', 'Milk jug 350 ml', 17.5],
  ['TAMP-58-ST', 'Tamper 58 mm', 29],
  ['CLEAN-TAB-60', 'Cleaning tablets, 60 pcs', 12.4],
  ['CLEAN-DESC-500', 'Descaler 500 ml', 9.4],
];
const GIVEN = (
  'Anna Bruno Chiara David Elif Farid Greta Hugo Ines Jakub Klara Liam Maja Nils Olivia Pavel Rosa Sven Tilda Umar ' +
  'Vera Wout Ximena Yusuf Zofia Amelie Björn Cécile Dario Eszter'
).split(' ');
const FAMILY = (
  'Almeida Bergström Conti Dubois Eriksen Fischer García Hughes Ivanova Jansen Kowalska Lindqvist Meyer Novák Okafor ' +
  'Petrov Quinn Rossi Schneider Tanaka Ullmann Vermeulen Wright Yılmaz Zimmermann'
).split(' ');
const BUSINESS = ['Café {}', '{} Roasters', 'Bäckerei {}', 'Hotel {}', '{} & Daughters', 'Bistro {}'];

function weighted(rows) {
  let left = random() * rows.reduce((sum, row) => sum + row[2], 0);
  return rows.find((row) => (left -= row[2]) < 0);
}

const customers = Array.from({ length: 140 }, (_, index) => {
  const business = random() < 0.2;
  const name = business ? pick(BUSINESS).replace('{}', pick(FAMILY)) : `${pick(GIVEN)} ${pick(FAMILY)}`;
  const [currency, rate] = weighted(COUNTRIES);
  return { id: `C-${1001 + index}`, name, business, currency, rate };
});

/** Half of all orders come from the first fifth of the customers. */
const customerOfOrder = () => customers[Math.floor(random() * (random() < 0.5 ? 28 : customers.length))];

function linesFor(customer) {
  const wanted = 1 + Math.floor(random() ** 2.5 * 6);
  const products = new Map();
  while (products.size < wanted) {
    const product = pick(PRODUCTS);
    const quantity = customer.business ? 2 + Math.floor(random() * 22) : 1 + Math.floor(random() ** 5 * 5);
    products.set(product[0], { product, quantity });
  }
  return [...products.values()];
}

// Shops price in .00, .50 and .90.
const shopPrice = (amount) => (amount > 100 ? Math.round(amount) : Math.floor(amount) + pick([0, 0.5, 0.9]));

const prices = new Map();
function priceIn({ currency, rate }, [sku, , euros]) {
  const id = `${currency}/${sku}`;
  if (!prices.has(id)) prices.set(id, rate === 1 ? euros : shopPrice(euros * rate));
  return prices.get(id).toFixed(2);
}

const quoted = (text) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const rows = ['reference,ordered_at,customer_id,customer_name,currency,sku,product,quantity,unit_price'];
let orderedAt = FIRST_ORDER_AT;
for (let number = 1; number <= ORDERS; number++) {
  orderedAt += Math.ceil(-Math.log(1 - random()) * 14 * 60_000);
  const customer = customerOfOrder();
  const at = new Date(orderedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  for (const { product, quantity } of linesFor(customer)) {
    const price = priceIn(customer, product);
    const cells = [
      `SO-${26_000 + number}`,
      at,
      customer.id,
      customer.name,
      customer.currency,
      product[0],
      product[1],
      quantity,
      price,
    ];
    rows.push(cells.map((cell) => quoted(String(cell))).join(','));
  }
}
writeFileSync(new URL('orders.csv', import.meta.url), `${rows.join('\n')}\n`);
