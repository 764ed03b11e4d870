import { setTimeout } from 'node:timers/promises';

import { apis } from 'kafka-wire';

import { rawRequest } from './raw-request.js';

/** The first who asks a cluster for a coordinator has its internal topic created, which takes longer than some clients are patient. */
export async function coordinatorOfGroups(address: string): Promise<void> {
  for (;;) {
    const { errorCode } = await rawRequest(address, apis.FindCoordinator, 0, { key: 'group' });
    if (errorCode === 0) return;
    await setTimeout(100);
  }
}
