import { errorName } from 'kafka-wire';

import type { Cluster } from '../../../libs/kafka-producer/src/cluster/cluster.js';
import type { ProduceResponse } from '../../../libs/kafka-producer/src/sender/produce-attempt.js';

/** What became of a producer's requests, as it saw it itself. */
export class ProduceWatch {
  /** How often an error was answered, by Kafka's name. */
  readonly #errors = new Map<string, number>();
  readonly #nowMs: () => number;
  /** Produce requests without an answer: their connection was lost. */
  lost = 0;
  answered = 0;
  /** Batches that were acknowledged. */
  acknowledged = 0;
  /** The longest that an answer took, in milliseconds. */
  slowestMs = 0;
  /** While it is true answers say nothing of partitions that failed: a broker's defect. */
  isSilentOnFailures = false;
  /** How often an answer has left out a partition. */
  omissions = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Everything that went wrong so far. */
  get troubles(): number {
    return this.lost + this.countOf();
  }

  /** @param names of errors; all of them when left out */
  countOf(...names: readonly string[]): number {
    let sum = 0;
    for (const [name, count] of this.#errors) if (names.length === 0 || names.includes(name)) sum += count;
    return sum;
  }

  /** Looks over the shoulder of whoever sends through this cluster. */
  attach(cluster: Cluster): void {
    const send = cluster.send.bind(cluster);
    const watched: Cluster['send'] = (nodeId, request, purpose) => {
      const sent = send(nodeId, request, purpose);
      if (purpose !== 'produce') return sent;
      this.#watch(sent as Promise<ProduceResponse | undefined>);
      return sent.then((response) =>
        this.isSilentOnFailures ? (this.#silenced(response as ProduceResponse) as typeof response) : response,
      );
    };
    Object.assign(cluster, { send: watched });
  }

  #watch(sent: Promise<ProduceResponse | undefined>): void {
    const sentAtMs = this.#nowMs();
    sent.then(
      (response) => this.#note(response, this.#nowMs() - sentAtMs),
      () => void this.lost++,
    );
  }

  #silenced(response: ProduceResponse): ProduceResponse {
    const responses = response.responses.map((topic) => {
      const partitionResponses = topic.partitionResponses.filter(({ errorCode }) => errorCode === 0);
      this.omissions += topic.partitionResponses.length - partitionResponses.length;
      return { ...topic, partitionResponses };
    });
    return { ...response, responses };
  }

  #note(response: ProduceResponse | undefined, tookMs: number): void {
    this.answered++;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    for (const { partitionResponses } of response?.responses ?? []) {
      for (const { errorCode } of partitionResponses) {
        if (errorCode === 0) this.acknowledged++;
        else this.#errors.set(errorName(errorCode), (this.#errors.get(errorName(errorCode)) ?? 0) + 1);
      }
    }
  }
}
