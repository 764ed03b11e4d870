import kafkajs from 'kafkajs';

/**
 * Options of a transactional producer of kafkajs, by its own documentation.
 *
 * @param {string} transactionalId
 * @param {object} options laid over them
 */
export function transactionalOptions(transactionalId, options) {
  return {
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    ...options,
  };
}
