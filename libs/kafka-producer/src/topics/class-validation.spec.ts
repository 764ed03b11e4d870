import { Type } from 'class-transformer';
import {
  Equals,
  IsInt,
  IsOptional,
  IsString,
  registerDecorator,
  Validate,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator';
import { describe, expect, it } from 'vitest';

import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { ClassValidation, type PayloadClass } from './class-validation.js';
import { defineTopic } from './define-topic.js';

class Item {
  @IsString()
  readonly sku: string = '';

  @IsInt()
  readonly quantity: number = 1;
}

class OrderPlaced {
  @IsString()
  readonly orderId!: string;

  @ValidateNested({ each: true })
  @Type(() => Item)
  readonly items!: Item[];

  @IsOptional()
  @IsString()
  readonly note?: string;

  get size(): number {
    return this.items.length;
  }
}

const orderPlaced = defineTopic('orders.placed', {
  payload: OrderPlaced,
  key: (event) => event.orderId,
  headers: (event) => ({ class: event.constructor.name, size: String(event.size) }),
});

const plain = { orderId: 'o-1', items: [{ sku: 's', color: 'red' }], internal: 'x' } as unknown as OrderPlaced;

async function prepared(type: PayloadClass<object>): Promise<ClassValidation> {
  const validation = new ClassValidation('t', type);
  await validation.prepare();
  return validation;
}

describe('a contract with a class', () => {
  it('makes instances of plain objects, strips what it does not know, and sends them', async () => {
    const kafka = new InMemoryProducer();
    await kafka.send(orderPlaced(plain));
    const [record] = kafka.records.all();
    expect(record).toMatchObject({ keyText: 'o-1', headers: { class: 'OrderPlaced', size: '1' } });
    expect(record?.json).toEqual({ orderId: 'o-1', items: [{ sku: 's', quantity: 1 }] });
    expect(plain).toEqual({ orderId: 'o-1', items: [{ sku: 's', color: 'red' }], internal: 'x' });
  });

  it('takes instances as well, and leaves them as they are', async () => {
    const kafka = new InMemoryProducer();
    const given = Object.assign(new OrderPlaced(), plain);
    await kafka.send(orderPlaced(given));
    expect(kafka.records.all()[0]?.json).toEqual({ orderId: 'o-1', items: [{ sku: 's', quantity: 1 }] });
    expect(given).toMatchObject({ internal: 'x', items: [{ color: 'red' }] });
  });

  it('rejects a payload with everything that is wrong about it, and without its values', async () => {
    const kafka = new InMemoryProducer();
    const wrong = { orderId: 4711, items: [{ sku: 's' }, { sku: true, quantity: 'secret' }] };
    const error: unknown = await kafka.send(orderPlaced(wrong as never)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'PayloadValidationError',
      problems: [
        { path: 'orderId', message: 'orderId must be a string' },
        { path: 'items[1].sku', message: 'sku must be a string' },
        { path: 'items[1].quantity', message: 'quantity must be an integer number' },
      ],
    });
    expect(JSON.stringify(error)).not.toMatch(/4711|secret/);
  });

  it.each<[string, unknown, string]>([
    ['an array', [plain], 'must be an object that has the properties of OrderPlaced, not an array'],
    ['text', 'o-1', 'must be an object that has the properties of OrderPlaced, not a string'],
    ['undefined', undefined, 'must be an object that has the properties of OrderPlaced, not undefined'],
  ])('rejects what is no object: %s', async (_title, payload, message) => {
    await expect(new InMemoryProducer().send(orderPlaced(payload as never))).rejects.toMatchObject({
      problems: [{ path: '', message }],
    });
  });

  it('keeps the order of records, though the first of them has to load class-transformer', async () => {
    const kafka = new InMemoryProducer();
    const ids = ['1', '2', '3'];
    const contract = defineTopic('orders', { payload: OrderPlaced, key: null });
    await Promise.all(ids.map((orderId) => kafka.send(contract({ orderId, items: [] } as unknown as OrderPlaced))));
    expect(kafka.records.all().map(({ json }) => (json as OrderPlaced).orderId)).toEqual(ids);
  });
});

describe('the validation by a class', () => {
  it.each<[string, (prototype: object, property: string) => void]>([
    ['a class of its own, marked async', Validate(asConstraint({ async: true }))],
    ['a class of its own, not marked', Validate(asConstraint())],
    [
      'a function of its own',
      (prototype, propertyName) =>
        registerDecorator({
          target: prototype.constructor,
          propertyName,
          validator: { validate: async () => false, defaultMessage: () => 'is refused' },
        }),
    ],
    [
      "one with the name of class-validator's",
      (prototype, propertyName) =>
        registerDecorator({
          name: 'isEmail',
          target: prototype.constructor,
          propertyName,
          validator: { validate: async () => false, defaultMessage: () => 'is refused' },
        }),
    ],
  ])('waits for a constraint that is asynchronous: %s', async (_title, decorator) => {
    class Inner {
      readonly name!: string;
    }
    decorator(Inner.prototype, 'name');
    class Outer {
      @ValidateNested()
      @Type(() => Inner)
      readonly inner!: Inner;
    }
    const validation = await prepared(Outer);
    await expect(validation.validate({ inner: { name: 'x' } }, 't')).rejects.toMatchObject({
      problems: [{ path: 'inner.name', message: 'is refused' }],
    });
  });

  it('fails the record with what an asynchronous constraint rejects with', async () => {
    class Account {
      readonly email!: string;
    }
    const down = new Error('database is down');
    registerDecorator({
      name: 'isEmail',
      target: Account,
      propertyName: 'email',
      validator: { validate: () => Promise.reject(down) },
    });
    const validation = await prepared(Account);
    await expect(validation.validate({ email: 'x' }, 't')).rejects.toBe(down);
  });

  it('knows the rules a class inherits, and those of a subclass that stands in its place', async () => {
    class Special extends OrderPlaced {
      @Equals('special')
      readonly kind!: string;
    }
    const validation = await prepared(OrderPlaced);
    const special = Object.assign(new Special(), { orderId: 'o-1', items: [] });
    await expect(validation.validate(special, 't')).rejects.toThrow('kind: kind must be equal to special');
  });

  it('names the package that is missing', async () => {
    const load = (): Promise<never> =>
      Promise.reject(new Error("Cannot find package 'class-transformer'\nRequire stack"));
    const validation = new ClassValidation('orders', OrderPlaced, load);
    const missing = {
      name: 'InvalidTopicError',
      message:
        "The definition of topic 'orders' has 1 problem:\n" +
        "  - payload: OrderPlaced is a class, which needs the package class-transformer, and that could not be loaded: Cannot find package 'class-transformer'\n" +
        'Install it: npm install class-transformer.',
    };
    await expect(validation.prepare()).rejects.toMatchObject(missing);
    await expect(validation.validate(plain, 'orders')).rejects.toMatchObject(missing);
  });
});

function asConstraint(options?: { async: boolean }): new () => { validate(): Promise<boolean> } {
  class Refused {
    async validate(): Promise<boolean> {
      return false;
    }

    defaultMessage(): string {
      return 'is refused';
    }
  }
  ValidatorConstraint(options)(Refused);
  return Refused;
}
