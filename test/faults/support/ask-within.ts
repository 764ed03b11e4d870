import { setTimeout as delay } from 'node:timers/promises';

import { RawConnection } from '../../support/raw-connection.js';

/** Over a connection of its own. @throws when the broker has not answered by then, as one that is frozen */
export async function askWithin<T>(
  address: string,
  timeoutMs: number,
  request: (connection: RawConnection) => Promise<T>,
): Promise<T> {
  const opening = RawConnection.open(address, 'spec');
  const answered = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`${address} did not answer within ${timeoutMs} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([opening.then(request), late]);
  } finally {
    answered.abort();
    void opening.then((connection) => connection.close()).catch(() => undefined);
  }
}
