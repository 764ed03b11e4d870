import { apis, errorName } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

/** Reassignments are over at once: there is never one to list. */
export const listPartitionReassignments = defineHandler({
  api: apis.ListPartitionReassignments,
  versions: { min: 0, max: 0 },
  handle: () => ({ topics: [], errorMessage: null }),
  refuse: (_request, code) => ({ errorCode: code, errorMessage: errorName(code) }),
});
