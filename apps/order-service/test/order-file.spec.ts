import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { expect, it } from 'vitest';
import { readOrders } from '../src/demo/order-file.js';
import { PlaceOrderDto } from '../src/orders/place-order.dto.js';

it('holds a few hundred orders, each of which the service would take', async () => {
  const orders = await readOrders();
  expect(orders).toHaveLength(300);
  expect(orders.flatMap(({ lines }) => lines)).toHaveLength(705);
  expect(new Set(orders.map(({ reference }) => reference)).size).toBe(300);
  const problems = await Promise.all(
    orders.map((order) =>
      validate(plainToInstance(PlaceOrderDto, order), { whitelist: true, forbidNonWhitelisted: true }),
    ),
  );
  expect(problems.flat()).toEqual([]);
});
