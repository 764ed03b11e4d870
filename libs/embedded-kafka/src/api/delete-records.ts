import { apis, errorCode } from 'kafka-wire';
import { isRefusal } from '../log/refusal.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { ledPartition } from './leader-check.js';

const NO_LOW_WATERMARK = -1;

/** Moves the beginning of logs forward. */
export const deleteRecords = defineHandler({
  api: apis.DeleteRecords,
  versions: { min: 0, max: 2 },

  handle: (request, context) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => ({
        partitionIndex,
        ...remove(name, partitionIndex, offset, context),
      })),
    })),
  }),

  refuse: (request, code) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...failed(code) })),
    })),
  }),
});

function remove(topic: string, index: number, offset: number, context: RequestContext) {
  const partition = ledPartition(context, topic, index);
  if (typeof partition === 'number') return failed(partition);
  const deleted = partition.deleteRecords(offset);
  return isRefusal(deleted)
    ? failed(deleted.errorCode)
    : { lowWatermark: deleted.startOffset, errorCode: errorCode('NONE') };
}

function failed(code: number) {
  return { lowWatermark: NO_LOW_WATERMARK, errorCode: code };
}
