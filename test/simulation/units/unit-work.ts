import type { Random, Simulation } from 'embedded-kafka';

import type { Transaction } from '../../../libs/kafka-producer/src/transactions/transaction.js';
import type { TransactionEngine } from '../../../libs/kafka-producer/src/transactions/transaction-engine.js';
import { MAX_STOCK_BYTES, PARTITIONS, TOPICS, type SimulatedUnit, type SimulatedUnits } from './simulated-unit.js';

const UNIT_TIMEOUT_MS = 60_000;
const OF_THE_WORK = 'of the work';

export interface UnitScene {
  readonly simulation: Simulation;
  readonly engine: TransactionEngine;
  readonly units: SimulatedUnits;
  /** What no unit may be told, or meet. */
  readonly problems: string[];
}

export interface UnitOrders {
  /** Nothing goes wrong in it. */
  readonly isSound?: boolean;
  /** Before the first record, or after the last one. */
  readonly sendOffsets?: (transaction: Transaction) => Promise<void>;
}

/** One unit of random records, until its caller was told; never rejects. */
export async function runUnit(
  scene: UnitScene,
  unit: SimulatedUnit,
  random: Random,
  { isSound = false, sendOffsets }: UnitOrders,
): Promise<void> {
  const { simulation, engine, units } = scene;
  const may = (probability: number): boolean => random.chance(probability) && !isSound;
  const hasOffsets = sendOffsets !== undefined;
  const records = random.integer(1, 6);
  const isMarked = may(0.03);
  const isFailing = may(0.07);
  const badAt = may(0.04) ? random.integer(0, records - 1) : -1;
  const savepointAt = may(0.15) ? random.integer(0, records - 1) : -1;
  const isSlow = random.chance(0.3);
  const timeoutMs = may(0.08) ? random.integer(20, 3_000) : UNIT_TIMEOUT_MS;
  const isEmpty = hasOffsets && random.chance(0.1);
  unit.isStreaming = random.chance(0.15);
  const mode = unit.isStreaming ? 'streaming' : 'staged';
  const work = async (transaction: Transaction): Promise<void> => {
    await sendOffsets?.(transaction);
    for (let index = 0; index < records && !isEmpty; index++) {
      if (index === badAt) unit.isBad = true;
      unit.records.push(await send(transaction, unit, random, index === badAt));
      if (index === savepointAt) await losingSavepoint(transaction, unit, random);
      if (isSlow) await simulation.sleep(random.integer(1, 120));
    }
    if (isMarked) transaction.markRollbackOnly('of the caller');
    if (isFailing) throw new Error(OF_THE_WORK);
    units.ended(unit, simulation.clock.now());
  };
  await engine.transactions.run(work, { timeoutMs, mode }).then(
    () => tell(scene, unit, 'committed'),
    (error: unknown) => failed(scene, unit, error),
  );
  const isExpected = unit.told !== 'aborted' || unit.reason !== 'marked' || isMarked;
  if (!isExpected) scene.problems.push(`${unit.name} is aborted as marked, which it was not`);
}

function tell(
  { simulation, problems }: UnitScene,
  unit: SimulatedUnit,
  told: NonNullable<SimulatedUnit['told']>,
): void {
  if (unit.told !== undefined) problems.push(`${unit.name} was told ${unit.told}, and ${told} afterwards`);
  unit.told = told;
  unit.toldAtMs = simulation.clock.now();
}

function failed(scene: UnitScene, unit: SimulatedUnit, error: unknown): void {
  const { code, message, reason } = error as { code?: string; message: string; reason?: string };
  unit.error = error;
  if (message === OF_THE_WORK || message === STALE) return tell(scene, unit, 'failed');
  if (code === 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN') return tell(scene, unit, 'unknown');
  unit.reason = reason ?? code ?? 'no reason';
  if (code !== 'KAFKA_PRODUCER_TRANSACTION_ABORTED') scene.problems.push(`${unit.name} was told: ${message}`);
  tell(scene, unit, 'aborted');
}

/** A consumer has heard of the failure of a unit before this one. */
export const STALE = 'a unit before it failed';

async function losingSavepoint(transaction: Transaction, unit: SimulatedUnit, random: Random): Promise<void> {
  const inside = async (): Promise<void> => {
    await send(transaction, unit, random, random.chance(0.2));
    throw new Error('of the savepoint');
  };
  await transaction.savepoint(inside).catch(() => {});
}

/** @returns `topic[partition]` */
async function send(transaction: Transaction, unit: SimulatedUnit, random: Random, isBad: boolean): Promise<string> {
  const topic = isBad ? random.pick(['stock', 'ledger'] as const) : random.pick(TOPICS);
  const partition = random.integer(0, PARTITIONS - 1);
  const key = isBad && topic === 'ledger' ? null : random.uuid();
  const fill = isBad && topic === 'stock' ? incompressible(random) : 'x'.repeat(random.integer(0, 200));
  await transaction.send({ topic, partition, key, value: `${unit.name} ${fill}` });
  return `${topic}[${partition}]`;
}

function incompressible(random: Random): string {
  let text = '';
  while (text.length < 2 * MAX_STOCK_BYTES) text += random.uuid();
  return text;
}
