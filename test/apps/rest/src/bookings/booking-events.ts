import { Injectable } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import type { Booking } from './booking.js';
import {
  bookingPlaced,
  bookingViewed,
  seatReserved,
  type BookingPlaced,
  type BookingViewed,
  type SeatReserved,
} from './booking.topics.js';

/** Every event of a booking. */
@Injectable()
export class BookingEvents {
  @Emit(bookingPlaced, { headers: (_event, [booking]: [Booking]) => ({ seats: String(booking.seats.length) }) })
  async placed({ id, showId, email }: Booking): Promise<BookingPlaced> {
    return { bookingId: id, showId, email };
  }

  /** One per seat; the seats of row X are for the house and nobody's business. */
  @Emit(seatReserved, { each: true, when: ({ seat }) => !seat.startsWith('X') })
  async seatsReserved({ id, showId, seats }: Booking): Promise<SeatReserved[]> {
    return seats.map(({ row, number }) => ({ bookingId: id, showId, seat: `${row}${number}` }));
  }

  /** Nobody waits for Kafka in order to look at a booking. */
  @Emit(bookingViewed, { waitFor: 'accepted' })
  async viewed({ id }: Booking): Promise<BookingViewed> {
    return { bookingId: id };
  }
}
