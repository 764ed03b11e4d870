/** What of the port to Kafka no sender asks for. */
export abstract class QuietCluster {
  anyNode(): Promise<number> {
    return Promise.resolve(1);
  }

  coordinator(): Promise<number> {
    return Promise.resolve(1);
  }

  transactionVersion(): 1 | 2 {
    return 2;
  }

  invalidateCoordinator(): void {}

  brokers(): [] {
    return [];
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
