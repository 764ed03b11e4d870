import type { ClientSettings } from './cluster/cluster-settings.js';

/** Of the registry, so that a subpath export finds what the main entry has put there, whichever copy of the package either comes from. */
const CLIENT_SETTINGS = Symbol.for('nestjs-kafka-producer/client-settings');

interface Lender {
  readonly [CLIENT_SETTINGS]?: ClientSettings;
}

/** Lets consumers that belong to the producer reach the same cluster in the same way. Not enumerable: it has credentials. */
export function lendClient<P extends object>(producer: P, client: ClientSettings): P {
  return Object.defineProperty(producer, CLIENT_SETTINGS, { value: client });
}

/** @returns `undefined` for a producer that was not made by a module: a test's, or an application's own */
export function clientOf(producer: object): ClientSettings | undefined {
  return (producer as Lender)[CLIENT_SETTINGS];
}
