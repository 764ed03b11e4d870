/** What became of the records that were accepted and not settled when a pipeline began to close. */
export interface CloseReport {
  /** Acknowledged meanwhile. */
  readonly delivered: number;
  /** All others: given up at the end, refused or failed meanwhile, taken out by their caller. */
  readonly undelivered: number;
}
