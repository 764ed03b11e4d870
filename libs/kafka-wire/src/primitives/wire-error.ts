export interface WireErrorContext {
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Where in the message: `FetchResponse(12).responses[0].topic`. Grows from the inside out. */
  readonly path?: string;
  /** Offset in the frame, in bytes. Absent when the error is about a value to be written. */
  readonly position?: number;
}

/** Bytes that are not the message they should be, or a value the wire cannot carry. Never retriable: the same input fails again. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: string;
  readonly path: string;
  readonly position: number | undefined;

  constructor({ reason, path = '', position }: WireErrorContext) {
    super((path && `${path}: `) + reason + (position === undefined ? '' : ` (at byte ${position})`));
    this.reason = reason;
    this.path = path;
    this.position = position;
  }

  /** The same error seen from one level further out. */
  within(segment: string): WireError {
    const joint = this.path === '' || this.path.startsWith('[') ? '' : '.';
    const { reason, position } = this;
    return new WireError({ reason, path: segment + joint + this.path, ...(position !== undefined && { position }) });
  }
}

/** Adds `segment` to the path of a WireError; anything else passes unchanged. */
export function locate(error: unknown, segment: string): unknown {
  return error instanceof WireError ? error.within(segment) : error;
}
