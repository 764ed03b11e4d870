import { Injectable, NotFoundException } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import { BookingEvents } from './booking-events.js';
import type { Booking } from './booking.js';
import type { CreateBookingDto } from './dto/create-booking.dto.js';

@Injectable()
export class BookingsService {
  private readonly bookings = new Map<string, Booking>();
  private lastNumber = 0;

  constructor(private readonly events: BookingEvents) {}

  async create({ showId, email, seats }: CreateBookingDto): Promise<Booking> {
    const booking: Booking = { id: `B-${++this.lastNumber}`, showId, email, seats };
    await Promise.all([this.events.placed(booking), this.events.seatsReserved(booking)]);
    this.bookings.set(booking.id, booking);
    return booking;
  }

  async findOne(id: string): Promise<Booking> {
    const booking = this.find(id);
    await this.events.viewed(booking);
    return booking;
  }

  /** The audit gets an entry when there was something to cancel. */
  @Emit<BookingsService['cancel']>('bookings.audit', {
    key: (_result, [id]) => id,
    value: ({ cancelled }, [id]) => ({ action: 'cancelled', bookingId: id, cancelled }),
    when: ({ cancelled }) => cancelled,
  })
  async cancel(id: string): Promise<{ cancelled: boolean }> {
    return { cancelled: this.bookings.delete(id) };
  }

  private find(id: string): Booking {
    const booking = this.bookings.get(id);
    if (booking === undefined) throw new NotFoundException(`There is no booking ${id}`);
    return booking;
  }
}
