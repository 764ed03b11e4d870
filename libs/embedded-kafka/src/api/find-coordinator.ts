import { apis, errorCode } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

const GROUP = 0;
const TRANSACTION = 1;
const BATCHED_SINCE_VERSION = 4;

interface Coordinator {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const NOBODY = { nodeId: -1, host: '', port: -1 };

export const findCoordinator = defineHandler({
  api: apis.FindCoordinator,
  versions: { min: 0, max: 6 },

  handle(request, context) {
    const { keyType } = request;
    if (context.apiVersion < BATCHED_SINCE_VERSION) return coordinatorOf(request.key, keyType, context);
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...coordinatorOf(key, keyType, context) })) };
  },

  refuse(request, code, { apiVersion }) {
    const refused = { ...NOBODY, errorCode: code };
    if (apiVersion < BATCHED_SINCE_VERSION) return refused;
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...refused })) };
  },
});

function coordinatorOf(key: string, keyType: number, context: RequestContext): Coordinator {
  const { cluster, groups, transactions } = context;
  if (keyType !== GROUP && keyType !== TRANSACTION) {
    return { ...NOBODY, errorCode: errorCode('INVALID_REQUEST'), errorMessage: '' };
  }
  const node = keyType === GROUP ? groups.nodeFor(key) : transactions.nodeFor(key);
  if (node === undefined) {
    return { ...NOBODY, errorCode: errorCode('COORDINATOR_NOT_AVAILABLE'), errorMessage: 'no broker is up' };
  }
  return { nodeId: node.id, host: cluster.settings.host, port: node.port, errorCode: 0, errorMessage: null };
}
