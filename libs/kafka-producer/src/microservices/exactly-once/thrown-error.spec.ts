import { lastValueFrom, of, throwError } from 'rxjs';
import { expect, it } from 'vitest';

import type { KafkaMessage } from '../../cluster/kafkajs/consumer-batch.js';
import { EXACTLY_ONCE, type ExactlyOnceDelivery, type HandlerRun } from '../../decorators/exactly-once-message.js';
import { ThrownError } from './thrown-error.js';

function messageWith(): { message: KafkaMessage & { [EXACTLY_ONCE]?: ExactlyOnceDelivery }; thrown: ThrownError } {
  const message = { offset: '1' } as KafkaMessage;
  return { message, thrown: new ThrownError(message) };
}

const runOf = (handler: HandlerRun['handler']): HandlerRun => ({ handler }) as HandlerRun;

it('is what the handler has thrown, whatever the filters make of it', async () => {
  const { message, thrown } = messageWith();
  const error = new Error('no stock');
  const copy = { ...message };
  await expect(lastValueFrom(copy[EXACTLY_ONCE]!.handle(runOf(() => throwError(() => error))))).rejects.toBe(error);
  expect(thrown.instead({ status: 'error', message: 'Internal server error' })).toBe(error);
});

it('is what came out of the filters when nobody saw the handler', async () => {
  const { message, thrown } = messageWith();
  await expect(lastValueFrom(message[EXACTLY_ONCE]!.handle(runOf(() => of(1))))).resolves.toBe(1);
  const filtered = { status: 'error', message: 'Internal server error' };
  expect(thrown.instead(filtered)).toBe(filtered);
});
