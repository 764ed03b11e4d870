import { ContextIdFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CommittedRecords, inMemoryKafka, ScriptedOutcomes } from 'nestjs-kafka-producer/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { TenantContextIdStrategy } from '../src/tenants/tenant-context-id.strategy.js';
import { addReview } from './add-review.js';

let app: NestFastifyApplication;
let records: CommittedRecords;

beforeEach(async () => {
  ContextIdFactory.apply(new TenantContextIdStrategy());
  const module = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  records = app.get(CommittedRecords);
});
afterEach(() => app.close());

describe('addReview', () => {
  it.each(['eu', 'us'])('of a tenant in %s writes to the cluster there, and to no other', async (tenant) => {
    const { data } = await addReview(app, tenant, 'teapot');

    expect(data).toEqual({ addReview: { id: 'R-1', product: 'teapot' } });
    expect(records.all()).toMatchObject([
      { producer: tenant, topic: 'reviews.added', keyText: 'teapot', json: { id: 'R-1', product: 'teapot', stars: 5 } },
      { producer: tenant, topic: 'products.rated', keyText: 'teapot', json: { product: 'teapot', average: 5 } },
    ]);
  });

  it('of many tenants at once never ends up with another', async () => {
    const requests = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? 'us' : 'eu'));
    const answers = await Promise.all(requests.map((tenant, index) => addReview(app, tenant, `${tenant}-${index}`)));

    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    for (const topic of ['reviews.added', 'products.rated']) {
      expect(records.in(topic)).toHaveLength(60);
      const astray = records.in(topic).filter(({ producer, keyText }) => !keyText?.startsWith(`${producer}-`));
      expect(astray).toEqual([]);
    }
  });

  it('of nobody we know is an error of the request, and nothing is written', async () => {
    const { data, errors } = await addReview(app, 'mars', 'teapot');

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: "The header x-tenant must be 'eu' or 'us'" }]);
    expect(records.all()).toEqual([]);
    expect((await addReview(app, 'eu', 'teapot')).errors).toBeUndefined();
  });

  it('fails where the cluster of the tenant says no; the other tenants are served', async () => {
    app.get(ScriptedOutcomes).nextSend({ producer: 'eu', outcome: 'fail' });

    expect((await addReview(app, 'us', 'teapot')).errors).toBeUndefined();
    const { data, errors } = await addReview(app, 'eu', 'teapot');
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(records.all().map(({ producer }) => producer)).toEqual(['us', 'us']);
  });
});
