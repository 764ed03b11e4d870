export interface Seat {
  readonly row: string;
  readonly number: number;
}

export interface Booking {
  readonly id: string;
  readonly showId: string;
  readonly email: string;
  readonly seats: readonly Seat[];
}
