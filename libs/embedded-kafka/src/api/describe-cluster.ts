import { apis, errorCode, errorName } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

const BROKERS = 1;

export const describeCluster = defineHandler({
  api: apis.DescribeCluster,
  versions: { min: 0, max: 2 },

  handle(request, { cluster }) {
    if (request.endpointType !== BROKERS) {
      const code = errorCode('UNSUPPORTED_ENDPOINT_TYPE');
      return { errorCode: code, errorMessage: 'there are brokers only, no controllers' };
    }
    const { host } = cluster.settings;
    const nodes = request.includeFencedBrokers ? cluster.nodes : cluster.liveNodes;
    return {
      clusterId: cluster.id,
      controllerId: cluster.controllerId,
      brokers: nodes.map(({ id, port, isUp }) => ({ brokerId: id, host, port, isFenced: !isUp })),
    };
  },

  refuse: (_request, code) => ({ errorCode: code, errorMessage: errorName(code) }),
});
