import { apis, errorCode, errorName } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

const BROKERS = 1;
const CONTROLLERS = 2;

export const describeCluster = defineHandler({
  api: apis.DescribeCluster,
  versions: { min: 0, max: 2 },

  handle(request, { cluster, metadata }) {
    if (request.endpointType !== BROKERS) {
      const isKnown = request.endpointType === CONTROLLERS;
      const code = errorCode(isKnown ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE');
      return { errorCode: code, errorMessage: 'brokers tell about brokers only' };
    }
    const up = metadata.nodes.map(({ id, host, port }) => ({ brokerId: id, host, port, isFenced: false }));
    return {
      clusterId: cluster.id,
      controllerId: metadata.controllerId,
      brokers: request.includeFencedBrokers ? [...up, ...fenced(cluster)] : up,
    };
  },

  refuse: (_request, code) => ({ errorCode: code, errorMessage: errorName(code) }),
});

/** Registered, but stopped or silent for too long. */
function fenced({ nodes, settings: { host } }: RequestContext['cluster']) {
  return nodes.filter(({ isUp }) => !isUp).map(({ id, port }) => ({ brokerId: id, host, port, isFenced: true }));
}
