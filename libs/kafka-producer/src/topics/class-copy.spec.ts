import 'reflect-metadata';

import { Expose, Transform, Type } from 'class-transformer';
import { Allow, IsInt, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';

import { ClassCopy } from './class-copy.js';
import { ClassValidation, type PayloadClass } from './class-validation.js';

class Line {
  @IsString()
  readonly sku!: string;
}

async function validated<T extends object>(type: PayloadClass<T>, payload: object): Promise<T> {
  const { value } = await new ClassValidation('t', type).validate(payload, 't');
  return value as T;
}

const line = (): Line => Object.assign(new Line(), { sku: 's', extra: 'of the caller' });

describe('an instance as payload', () => {
  class Price {
    @Transform(({ value }) => (value as number) * 100)
    @IsInt()
    cents!: number;

    @Expose({ name: 'order_id' })
    @IsString()
    orderId!: string;
  }

  it('is not transformed', async () => {
    const given = Object.assign(new Price(), { cents: 500, orderId: 'o-1', internal: 'x' });
    const sent = await validated(Price, given);
    expect(sent).toBeInstanceOf(Price);
    expect(sent).toEqual(Object.assign(new Price(), { cents: 500, orderId: 'o-1' }));
    expect(given).toHaveProperty('internal', 'x');
  });

  it('is not constructed', async () => {
    class Placed {
      @IsString()
      readonly id: string;

      constructor(order: { id: string }) {
        this.id = order.id;
      }
    }
    expect(await validated(Placed, new Placed({ id: 'o-1' }))).toEqual(new Placed({ id: 'o-1' }));
  });

  it('is stripped though it is frozen', async () => {
    const given = Object.freeze(line());
    expect(await validated(Line, given)).toEqual({ sku: 's' });
    expect(given).toHaveProperty('extra');
  });

  it('keeps what is nested in it, wherever it is stripped', async () => {
    class Basket {
      @ValidateNested({ each: true })
      readonly list = [line()];

      @ValidateNested({ each: true })
      readonly set = new Set([line()]);

      @ValidateNested({ each: true })
      readonly map = new Map([['a', line()]]);
    }
    const given = new Basket();
    const sent = await validated(Basket, given);
    expect([sent.list[0], [...sent.set][0], sent.map.get('a')]).toEqual(Array(3).fill({ sku: 's' }));
    expect([given.list[0], [...given.set][0], given.map.get('a')]).toEqual(Array(3).fill(line()));
  });
});

describe('a plain payload', () => {
  it.each<[string, () => NodeJS.ArrayBufferView]>([
    ['Uint8Array', () => new Uint8Array([1, 2, 3])],
    ['a part of one', () => new Uint8Array([0, 1, 2, 3]).subarray(1)],
    ['Float64Array', () => new Float64Array([1.5, 2.5])],
    ['DataView', () => new DataView(new Uint8Array([1, 2]).buffer)],
    ['Buffer', () => Buffer.from([1, 2, 3])],
  ])('keeps its bytes: %s', async (_title, bytes) => {
    class Inner {
      @Allow()
      readonly typed!: unknown;
    }
    class File {
      @Allow()
      readonly bytes!: unknown;

      @Expose({ name: 'other_name' })
      @Allow()
      readonly renamed!: unknown;

      @Transform(({ obj }) => (obj as { taken: unknown }).taken)
      @Allow()
      readonly taken!: unknown;

      @Allow()
      readonly list!: unknown[];

      @ValidateNested()
      @Type(() => Inner)
      readonly inner!: Inner;
    }
    const sent = await validated(File, {
      bytes: bytes(),
      other_name: bytes(),
      taken: bytes(),
      list: [bytes()],
      inner: { typed: bytes() },
    });
    const all = [sent.bytes, sent.renamed, sent.taken, sent.list[0], sent.inner.typed];
    expect(all).toEqual(Array(5).fill(bytes()));
    expect((await validated(File, Object.assign(new File(), { inner: new Inner(), bytes: bytes() }))).bytes).toEqual(
      bytes(),
    );
  });

  it('keeps bytes that are declared as such', async () => {
    class File {
      @Type(() => Uint8Array)
      @Allow()
      readonly bytes!: Uint8Array;
    }
    expect((await validated(File, { bytes: new Uint8Array([1, 2]) })).bytes).toEqual(new Uint8Array([1, 2]));
  });

  it('stays as it is, though a transformation returns a part of it', async () => {
    class Root {
      @Transform(({ obj }) => (obj as Root).line)
      @ValidateNested()
      readonly line!: Line;
    }
    const given = { line: line() };
    expect((await validated(Root, given)).line).toEqual({ sku: 's' });
    expect(given.line).toEqual(line());
  });

  it('keeps the discriminator by which class-transformer chose a class', async () => {
    class Root {
      @ValidateNested()
      @Type(() => Line, { discriminator: { property: 'kind', subTypes: [{ name: 'line', value: Line }] } })
      readonly line!: Line;
    }
    const given = { line: { kind: 'line', sku: 's' } };
    await validated(Root, given);
    expect(given.line).toEqual({ kind: 'line', sku: 's' });
  });
});

describe('a copy', () => {
  it('shares what is a value, and keeps accessors and cycles', () => {
    const given = {
      at: new Date(0),
      url: new URL('http://a'),
      get size() {
        return 1;
      },
      self: null as unknown,
    };
    given.self = given;
    const copy = new ClassCopy().of(given);
    expect(copy).not.toBe(given);
    expect(copy.self).toBe(copy);
    expect(copy.at).toBe(given.at);
    expect(copy.url).toBe(given.url);
    expect(Object.getOwnPropertyDescriptor(copy, 'size')).toHaveProperty('get');
  });
});
