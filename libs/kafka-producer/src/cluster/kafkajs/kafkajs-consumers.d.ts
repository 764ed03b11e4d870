// What a consumer of kafkajs 2.2.4 is made of and does not declare. Read from its sources; ~2.2.4 is pinned in package.json.
declare module 'kafkajs/src/cluster/index.js' {
  const Cluster: abstract new (...args: never[]) => object;
  export = Cluster;
}

declare module 'kafkajs/src/broker/index.js' {
  const Broker: abstract new (...args: never[]) => object;
  export = Broker;
}

declare module 'kafkajs/src/protocol/error.js' {
  import type { KafkaJSProtocolError } from 'kafkajs';

  export function createErrorFromCode(code: number): KafkaJSProtocolError;
}
