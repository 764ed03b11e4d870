import { defineTopic } from 'nestjs-kafka-producer';

export interface BookingPlaced {
  bookingId: string;
  showId: string;
  email: string;
}

export interface SeatReserved {
  bookingId: string;
  showId: string;
  seat: string;
}

export interface BookingViewed {
  bookingId: string;
}

export const bookingPlaced = defineTopic<BookingPlaced>('bookings.placed', {
  key: (event) => event.bookingId,
  headers: () => ({ type: 'BookingPlaced', version: '1' }),
});

/** Keyed by show: whoever keeps the seat map of a show reads its seats in their order. */
export const seatReserved = defineTopic<SeatReserved>('seats.reserved', { key: (event) => event.showId });

export const bookingViewed = defineTopic<BookingViewed>('bookings.viewed', { key: (event) => event.bookingId });
