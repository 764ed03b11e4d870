// One process of a pipeline: consumes a topic in a group and makes of each record one of another, exactly once unless its transport is one that cannot.
// Says 'works' when it has begun, and ends when it is told to.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';

/** Loaded when it is needed: what one of them needs the other does without. */
const TRANSPORTS = {
  strategy: './pipeline-microservice.mjs',
  plain: './pipeline-microservice.mjs',
  unfenced: './pipeline-kafkajs.mjs',
  'offsets-first': './pipeline-kafkajs.mjs',
};

const [, , given, ...brokers] = process.argv;
const options = JSON.parse(given);
Logger.overrideLogger(['fatal']);

const { startPipeline } = await import(TRANSPORTS[options.transport]);
const close = await startPipeline(brokers, options);
console.log('works');
await new Promise((stop) => process.stdin.once('data', stop));
await close();
console.log('closed');
// kafkajs may keep a socket where brokers were restarted.
process.exit();
