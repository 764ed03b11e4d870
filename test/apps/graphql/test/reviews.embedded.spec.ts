import { ContextIdFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { TenantContextIdStrategy } from '../src/tenants/tenant-context-id.strategy.js';
import { addReview } from './add-review.js';

const TOPICS = [{ name: 'reviews.added' }, { name: 'products.rated' }];

let clusters: Record<'eu' | 'us', EmbeddedKafka>;
let app: NestFastifyApplication;

beforeAll(async () => {
  const [eu, us] = await Promise.all([
    EmbeddedKafka.start({ topics: TOPICS }),
    EmbeddedKafka.start({ topics: TOPICS }),
  ]);
  clusters = { eu, us };
  vi.stubEnv('KAFKA_BROKERS_EU', eu.bootstrap.join(','));
  vi.stubEnv('KAFKA_BROKERS_US', us.bootstrap.join(','));
  ContextIdFactory.apply(new TenantContextIdStrategy());
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await Promise.all([clusters.eu.stop(), clusters.us.stop()]);
  vi.unstubAllEnvs();
});

it('reviews of two continents, written at once, stay on theirs', async () => {
  const products = Array.from({ length: 20 }, (_, index) => `product-${index}`);
  await Promise.all(
    products.flatMap((product) => [addReview(app, 'eu', `eu ${product}`), addReview(app, 'us', `us ${product}`)]),
  );

  for (const region of ['eu', 'us'] as const) {
    const keys = (await clusters[region].recordsIn('reviews.added')).map(({ key }) => String(key));
    expect(keys.toSorted()).toEqual(products.map((product) => `${region} ${product}`).toSorted());
  }
});
