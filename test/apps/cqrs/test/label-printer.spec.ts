import { bindKafkaProducer, isKafkaProducerError } from 'nestjs-kafka-producer';
import { InMemoryProducer } from 'nestjs-kafka-producer/testing';
import { describe, expect, it } from 'vitest';
import { LabelPrinter } from '../src/labels/label-printer.js';
import { ParcelEvents } from '../src/parcels/parcel-events.js';

describe('LabelPrinter', () => {
  it('prints as wide as the printer can', async () => {
    const kafka = new InMemoryProducer();
    const printer = bindKafkaProducer(new LabelPrinter(6), kafka);

    await expect(printer.print('P-1', 'Rosa Hughes, Leith Walk 4')).resolves.toEqual({
      parcelId: 'P-1',
      text: 'Rosa H\nLeith ',
    });
    expect(kafka.records.in('labels')).toMatchObject([{ keyText: 'P-1', json: { text: 'Rosa H\nLeith ' } }]);
  });

  it('rejects with what is known about the record', async () => {
    const kafka = new InMemoryProducer();
    const printer = bindKafkaProducer(new LabelPrinter(6), kafka);
    kafka.outcomes.nextSend({ topic: 'labels', outcome: 'unknown' });

    const error: unknown = await printer.print('P-1', 'Leith').catch((reason: unknown) => reason);
    if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_DELIVERY_REJECTED')) throw error;
    expect(error.persisted).toBe('possibly');
  });

  it('that nobody bound says so instead of printing for nothing', async () => {
    await expect(new LabelPrinter(6).print('P-1', 'Leith')).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_UNBOUND_METHOD',
      message: expect.stringContaining('bindKafkaProducer') as string,
    });
  });
});

describe('ParcelEvents', () => {
  it('keeps the street to itself', async () => {
    const kafka = new InMemoryProducer();
    await bindKafkaProducer(new ParcelEvents(), kafka).registered('P-1', 'Leith Walk 4, Edinburgh');

    expect(kafka.records.all()).toMatchObject([
      { topic: 'parcels.registered', keyText: 'P-1', json: { parcelId: 'P-1', city: 'Edinburgh' } },
    ]);
  });
});
