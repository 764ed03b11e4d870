import { describe, expect, it } from 'vitest';

import { errorCodes } from './error-codes.js';
import { KafkaProducerError } from './kafka-producer.error.js';
import { PayloadValidationError } from './record.errors.js';
import { errorCases } from './spec-support/error-cases.js';

describe('the errors', () => {
  it.each(errorCases.map((row) => [`${row.error.name}: ${row.message.slice(0, 60)}`, row] as const))(
    'say what happened, with values, then what to do: %s',
    (_title, { error, message, fields }) => {
      expect(error.message).toBe(message);
      expect(String(error)).toBe(`${error.name}: ${message}`);
      expect(error).toMatchObject(fields);
    },
  );

  it.each(Object.entries(errorCodes))('%s is carried by the class the table names', (code, entry) => {
    const ofCode = errorCases.map(({ error }) => error).filter((error) => error.code === code);
    expect(ofCode).not.toHaveLength(0);
    for (const error of ofCode) {
      expect(error.constructor.name).toBe(entry.name);
      expect(error.name).toBe(entry.name);
      expect(error.retriable).toBe(entry.retriable);
      expect(error).toBeInstanceOf(KafkaProducerError);
    }
  });

  it('show the first twenty problems of a payload, and count the others', () => {
    const many = Array.from({ length: 23 }, (_, i) => ({ path: `[${i}]`, message: 'is no order' }));
    const error = new PayloadValidationError({ topic: 'orders', problems: many });
    expect(error.message.split('\n').slice(20)).toEqual([
      '  - [19]: is no order',
      '  - and 3 more, in `problems`',
      errorCodes.KAFKA_PRODUCER_PAYLOAD_VALIDATION.remedy,
    ]);
    expect(error.problems).toEqual(many);
  });
});
