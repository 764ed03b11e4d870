import { expect, it } from 'vitest';

import { memoryPipe } from './memory-pipe.js';

it('copies what is written: a producer uses the memory of an answered batch again', () => {
  const [client, server] = memoryPipe();
  const bytes = Buffer.from('as it was sent');
  client.write(bytes);
  bytes.fill(0);
  expect(String(server.read())).toBe('as it was sent');
});
