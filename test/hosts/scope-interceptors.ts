import type { INestApplication, NestInterceptor } from '@nestjs/common';

/** What Nest has of an application's interceptors. */
interface Interceptors {
  getGlobalInterceptors(): NestInterceptor[];
}

export function configOf(app: INestApplication): Interceptors {
  return Reflect.get(app, 'config') as Interceptors;
}

/** How often the scope's own interceptor is called from now on. */
export function watchInterceptor(app: INestApplication): { count: number } {
  const calls = { count: 0 };
  for (const interceptor of configOf(app).getGlobalInterceptors()) {
    if (interceptor.constructor.name !== 'ApplicationScopeInterceptor') continue;
    const intercept = interceptor.intercept.bind(interceptor);
    interceptor.intercept = (context, next) => {
      calls.count++;
      return intercept(context, next);
    };
  }
  return calls;
}

export async function textOf(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}
