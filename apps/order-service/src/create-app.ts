import { ValidationPipe, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppSettings } from './app.module.js';
import { ConfigError } from './config.js';
import { KafkaErrorFilter } from './kafka-error.filter.js';

/** The application as it runs in production, in the demo and in the tests. */
export async function createApp(settings: AppSettings, logLevels?: LogLevel[]): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(settings), {
    abortOnError: false,
    ...(logLevels && { logger: logLevels }),
  });
  const refuseUnknown = { whitelist: true, forbidNonWhitelisted: true };
  app.useGlobalPipes(new ValidationPipe({ ...refuseUnknown, transform: true, stopAtFirstError: true }));
  app.useGlobalFilters(new KafkaErrorFilter());
  return app;
}

/** Listens and returns the URL of the service. */
export async function listen(app: NestExpressApplication, port: number): Promise<string> {
  try {
    await app.listen(port);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'EADDRINUSE')
      throw new ConfigError(`Port ${port} is in use. Stop what listens there, or choose another port.`, {
        cause: error,
      });
    if (error.code === 'EACCES')
      throw new ConfigError(`Port ${port} may not be opened by this user. Choose one above 1023.`, { cause: error });
    throw error;
  }
  return (await app.getUrl()).replace('[::1]', 'localhost');
}
