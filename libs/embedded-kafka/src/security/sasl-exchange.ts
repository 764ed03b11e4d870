/** What a mechanism has to say to a token of the client. */
export type SaslStep =
  | { readonly kind: 'continue'; readonly token: Buffer }
  | { readonly kind: 'done'; readonly token: Buffer; readonly username: string; readonly expiresAtMs?: number }
  /** Without a message the client gets Kafka's general one: it must not learn whether there is such a user. */
  | { readonly kind: 'failed'; readonly message?: string };

/** The server's side of one login by one mechanism. */
export interface SaslExchange {
  next(token: Buffer): SaslStep;
}

export const NO_TOKEN = Buffer.alloc(0);

export function failed(message?: string): SaslStep {
  return message === undefined ? { kind: 'failed' } : { kind: 'failed', message };
}
