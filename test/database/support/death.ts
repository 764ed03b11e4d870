import type { EmbeddedKafka } from 'embedded-kafka';
import { join } from 'node:path';

import { startFile } from '../../process/run-program.js';
import type { GuideOrders, Order } from './guide.js';

export interface Death {
  /** Where the code of the guide is. */
  readonly folder: string;
  readonly kafka: EmbeddedKafka;
  readonly connection: object;
  readonly method: keyof GuideOrders;
  readonly order: Order;
}

/** A process places an order and is killed when one of the two has committed and the other has not. */
export async function dieBetweenCommits({ folder, kafka, connection, method, order }: Death): Promise<void> {
  // With a unit the database is first: its records are not even written. Without one Kafka is, and the database has not been asked.
  const held = method === 'placeWithoutUnit' ? undefined : kafka.faults.onRequest('Produce', { action: 'drop' });
  const given = { folder, bootstrap: kafka.bootstrap, connection, method, order };
  const program = startFile(join(import.meta.dirname, 'place-an-order.mjs'), [JSON.stringify(given)]);
  await (held === undefined ? program.said('reserving stock') : held.struck());
  program.kill('SIGKILL');
  const { signal, stderr } = await program.end;
  if (signal !== 'SIGKILL') throw new Error(`it ended by itself: ${stderr}`);
}
