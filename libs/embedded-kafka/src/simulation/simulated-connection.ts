import { ByteLane, type LaneReceiver, type Signal } from './byte-lane.js';
import type { Address, Direction, NetworkConnection, Side } from './network.js';
import type { NetworkConditions } from './network-conditions.js';
import { SimulatedSocket, type SocketOwner } from './simulated-socket.js';

const SIDES: readonly Side[] = ['client', 'broker'];
const OTHER: Readonly<Record<Side, Side>> = { client: 'broker', broker: 'client' };
const DIRECTIONS: readonly Direction[] = ['to-broker', 'to-client'];
const TOWARDS: Readonly<Record<Side, Direction>> = { client: 'to-client', broker: 'to-broker' };

/** Two ends, and a lane each way. */
export class SimulatedConnection implements NetworkConnection {
  readonly client: SimulatedSocket;
  /** Undefined until the broker has accepted it. */
  #broker: SimulatedSocket | undefined;
  readonly #lanes: Readonly<Record<Direction, ByteLane>>;
  readonly #gone = new Set<Side>();
  /** Ends that were cut off: what they do is not noticed any more. */
  readonly #silenced = new Set<Side>();
  #isOpen = false;

  /**
   * @param number from 1, in the order of the attempts
   * @param isBlocked whether the network lets nothing through this way
   * @param onGone called when neither end is left
   */
  constructor(
    readonly number: number,
    readonly clientName: string,
    readonly address: Address,
    readonly conditions: NetworkConditions,
    isBlocked: (connection: SimulatedConnection, direction: Direction) => boolean,
    readonly onGone: (connection: SimulatedConnection) => void,
  ) {
    const lane = (direction: Direction, to: Side): ByteLane =>
      new ByteLane(
        number * 2 + DIRECTIONS.indexOf(direction),
        `#${number} ${clientName} ${direction === 'to-broker' ? '→' : '←'} ${address.host}:${address.port}`,
        conditions,
        this.#receiver(to),
        () => isBlocked(this, direction),
      );
    this.#lanes = { 'to-broker': lane('to-broker', 'broker'), 'to-client': lane('to-client', 'client') };
    this.client = new SimulatedSocket(this.#owner('client'));
    // Until it is open the client may write, as with a socket; nothing of it leaves.
    this.#lanes['to-broker'].hold();
  }

  /** It was cut, or reset by an end that had left: nothing of it comes back. */
  get isCut(): boolean {
    return this.#silenced.size > 0;
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#gone.size === 0;
  }

  /** The client has left before anybody answered, or both have. */
  get isGone(): boolean {
    return this.#gone.size === (this.#broker === undefined ? 1 : 2);
  }

  hold(direction?: Direction): void {
    this.#trace('hold', direction ?? 'both ways');
    for (const one of direction === undefined ? DIRECTIONS : [direction]) this.#lanes[one].hold();
  }

  release(direction?: Direction): void {
    this.#trace('release', direction ?? 'both ways');
    for (const one of direction === undefined ? DIRECTIONS : [direction]) this.#lanes[one].release();
  }

  cut(side?: Side): void {
    if (this.isGone) return;
    this.#trace('cut', side ?? 'both sides');
    for (const one of side === undefined ? SIDES : [side]) {
      this.#silenced.add(one);
      this.#lanes[TOWARDS[OTHER[one]]].clear();
      this.#lanes[TOWARDS[one]].clear();
      const { scheduler } = this.conditions;
      scheduler.deliver(scheduler.nowMs + this.conditions.latency(), () => {
        this.#trace('reset', one);
        this.#reset(one);
      });
    }
  }

  /** The broker takes the connection. @returns its end */
  accept(): SimulatedSocket {
    this.#broker = new SimulatedSocket(this.#owner('broker'));
    this.#lanes['to-client'].signal('open');
    return this.#broker;
  }

  /** Nobody listens. */
  refuse(): void {
    this.#lanes['to-client'].signal('refuse');
  }

  /** The network may have changed its mind. */
  reschedule(): void {
    for (const direction of DIRECTIONS) this.#lanes[direction].reschedule();
  }

  describe(): string {
    const lanes = DIRECTIONS.map((direction) => {
      const { bytesUnderWay, isHeld } = this.#lanes[direction];
      return `${bytesUnderWay} bytes ${direction}${isHeld && this.#isOpen ? ' (held)' : ''}`;
    });
    const state = this.#isOpen ? 'open' : 'connecting';
    const gone = this.#gone.size > 0 ? ` without its ${[...this.#gone].join(' and ')}` : '';
    const { host, port } = this.address;
    return `connection #${this.number} ${this.clientName} ↔ ${host}:${port} is ${state}${gone}: ${lanes.join(', ')}`;
  }

  #socket(side: Side): SimulatedSocket | undefined {
    return side === 'client' ? this.client : this.#broker;
  }

  #owner(side: Side): SocketOwner {
    const towards = TOWARDS[OTHER[side]];
    return {
      sent: (bytes, onRoom) => (this.#silenced.has(side) ? onRoom() : this.#lanes[towards].send(bytes, onRoom)),
      wantsMore: () => this.#lanes[TOWARDS[side]].wantsMore(),
      ended: () => !this.#silenced.has(side) && this.#lanes[towards].signal('end'),
      destroyed: (hasUnread) => this.#leave(side, hasUnread),
    };
  }

  /** As a kernel says it: that there is nothing more to come, or, with something unread or before it was open, that it is over. */
  #leave(side: Side, hasUnread: boolean): void {
    const outgoing = this.#lanes[TOWARDS[OTHER[side]]];
    const incoming = this.#lanes[TOWARDS[side]];
    this.#gone.add(side);
    if (this.isGone) {
      outgoing.clear();
      incoming.clear();
      return this.onGone(this);
    }
    if (side === 'client' && !this.#isOpen) {
      outgoing.clear();
      outgoing.release();
    }
    if (!this.#silenced.has(side)) {
      const isAbrupt = hasUnread || incoming.hasUnread || !this.#isOpen;
      outgoing.signal(isAbrupt ? 'reset' : 'end');
    }
    incoming.wantsMore();
  }

  #receiver(side: Side): LaneReceiver {
    return {
      bytes: (chunk) => {
        const isThere = !this.#gone.has(side) && !this.#silenced.has(side);
        if (isThere) return this.#socket(side)?.push(chunk) ?? true;
        // Nobody is there any more: the kernel answers for it.
        if (!this.#gone.has(OTHER[side])) this.#lanes[TOWARDS[OTHER[side]]].signal('reset');
        return true;
      },
      signal: (signal) => this.#receive(side, signal),
    };
  }

  #receive(side: Side, signal: Signal): void {
    const socket = this.#socket(side);
    if (socket === undefined || this.#gone.has(side)) return;
    if (signal === 'end') socket.push(null);
    else if (signal === 'reset') this.#reset(side);
    else if (signal === 'refuse') socket.destroy(this.#error('connect', 'ECONNREFUSED'));
    else {
      this.#isOpen = true;
      this.#lanes['to-broker'].release();
      socket.emit('connect');
    }
  }

  #reset(side: Side): void {
    this.#silenced.add(side);
    this.#socket(side)?.destroy(this.#error('read', 'ECONNRESET'));
  }

  #error(syscall: string, code: string): Error {
    const { host, port } = this.address;
    const where = syscall === 'connect' ? ` ${host}:${port}` : '';
    return Object.assign(new Error(`${syscall} ${code}${where}`), { code, syscall, address: host, port });
  }

  #trace(kind: 'hold' | 'release' | 'cut' | 'reset', what: string): void {
    const { trace, nowMs } = this.conditions.scheduler;
    const text = `${what} of #${this.number}`;
    trace.add(nowMs, kind, this.number, Buffer.from(what), () => text);
  }
}
