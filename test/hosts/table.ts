import { endpoints } from './endpoints.js';
import { cqrsHandlers } from './handlers.js';
import { POSITIONS, type HostKind, type Position } from './host.js';
import { messageHandlers } from './messages.js';
import { providers } from './providers.js';
import { resolvers } from './resolvers.js';

export interface HostCase {
  readonly name: string;
  readonly kind: HostKind;
  readonly position: Position;
  readonly topic: string;
}

/** Every kind of host with `@Emit` in every position. */
export const hostCases: readonly HostCase[] = [
  ...providers,
  ...endpoints,
  ...resolvers,
  ...cqrsHandlers,
  ...messageHandlers,
].flatMap((kind, index) =>
  POSITIONS.map((position) => ({
    name: `${kind.name}, @Emit ${position}`,
    kind,
    position,
    topic: `host-${index}-${position}`,
  })),
);
