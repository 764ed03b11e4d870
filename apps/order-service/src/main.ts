import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ConfigError, configFromEnv } from './config.js';
import { createApp, listen } from './create-app.js';

const log = new Logger('OrderService');

try {
  const config = configFromEnv(process.env);
  const app = await createApp(config);
  // Without this a SIGTERM would end the process with records still in the buffer.
  app.enableShutdownHooks();
  try {
    log.log(
      `Taking orders at ${await listen(app, config.port)}/orders, sending events to ${config.brokers.join(', ')}`,
    );
  } catch (error) {
    await app.close();
    throw error;
  }
} catch (error) {
  log.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
