import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** `ArrayBuffer.prototype.transfer`, which Node has since 22. */
type Transfer = (newSizeBytes: number) => ArrayBuffer;

/**
 * Gives the memory of buffers back at once.
 *
 * The garbage collector would, but memory outside of its heap is nothing it is in a hurry about: tens of megabytes gather before it looks. What is moved
 * elsewhere and dropped there is free in the same moment.
 */
export class MemoryReturn {
  /** To which nobody listens. Made when it is first needed. */
  #closedPort: MessagePort | undefined;

  /** @param hasTransfer of this Node; before 22 it takes a detour. */
  constructor(readonly hasTransfer = 'transfer' in ArrayBuffer.prototype) {}

  /**
   * @param buffer one that has its memory to itself, as from `Buffer.allocUnsafeSlow`; nothing happens to a part of something larger. It and every view of
   * the same memory have length 0 afterwards
   */
  free(buffer: Buffer): void {
    const memory = buffer.buffer;
    if (!(memory instanceof ArrayBuffer) || memory.byteLength !== buffer.length) return;
    if (this.hasTransfer) (memory as ArrayBuffer & { transfer: Transfer }).transfer(0);
    else this.#portToNobody().postMessage(memory, [memory]);
  }

  #portToNobody(): MessagePort {
    if (this.#closedPort === undefined) {
      const { port1, port2 } = new MessageChannel();
      port2.close();
      this.#closedPort = port1;
    }
    return this.#closedPort;
  }
}
