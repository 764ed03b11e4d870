import type { DemoKafka } from './kafka-for-demo.js';
import type { WorkerProcess } from './worker-process.js';

/** What the demo plays on. */
export interface Stage {
  /** Of the order service. */
  readonly url: string;
  readonly kafka: DemoKafka;
  /** Aborted when the demo has to end. */
  readonly signal: AbortSignal;
  /** Transactions the order service has committed so far. */
  transactions(): number;
  /** In a process of its own. The demo ends when it fails. */
  startWorker(): WorkerProcess;
}
