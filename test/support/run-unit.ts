import type { KafkaProducerService, Transaction, TransactionalOptions } from 'nestjs-kafka-producer';

import type { CheckedUnit, UnitTold } from '../history/check-units.js';
import { unitValue, wholeUnit } from '../history/unit-record.js';

const OUTCOMES: Readonly<Record<string, UnitTold>> = {
  KAFKA_PRODUCER_TRANSACTION_ABORTED: 'aborted',
  KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN: 'unknown',
};

export interface RunUnit extends CheckedUnit {
  readonly told: UnitTold;
  /** When it was not committed. */
  readonly error?: Error;
}

export interface RunUnitOptions extends Pick<TransactionalOptions, 'mode'> {
  /** What it does beside its records. */
  readonly beside?: (tx: Transaction) => Promise<unknown>;
}

/** A unit with a record for each place, and what its caller was told. */
export async function runUnit(
  producer: Pick<KafkaProducerService, 'transaction'>,
  name: string,
  places: readonly { readonly topic: string; readonly partition: number }[],
  { beside = () => Promise.resolve(), ...options }: RunUnitOptions = {},
): Promise<RunUnit> {
  const unit = { name, parts: wholeUnit(places.length) };
  try {
    await producer.transaction(async (tx) => {
      for (const [index, place] of places.entries()) {
        await tx.send({ ...place, value: unitValue(name, index + 1, places.length) });
      }
      await beside(tx);
    }, options);
    return { ...unit, told: 'committed' };
  } catch (error) {
    const told = OUTCOMES[(error as { code?: string }).code ?? ''];
    if (told === undefined) throw error;
    return { ...unit, told, error: error as Error };
  }
}
