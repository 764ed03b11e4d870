/** A client's connection, as far as faults and the network go. */
export interface Link {
  /** From its latest request; undefined before the first. */
  readonly clientId: string | undefined;
  /** Aborted when nothing can reach the broker over it any more. */
  readonly signal: AbortSignal;
  /** Neither reads nor answers until everyone who paused it has resumed it. */
  pause(by: object): void;
  resume(by: object): void;
  /** Runs at once, or when it is resumed. Never when it is destroyed before. */
  whenAwake(run: () => void): void;
  /** What its client has sent is served although the client leaves before: the network delivers it late. Until the request being served is done. */
  outlive(): void;
  destroy(): void;
}
