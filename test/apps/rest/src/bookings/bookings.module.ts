import { Module } from '@nestjs/common';
import { BookingEvents } from './booking-events.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsService } from './bookings.service.js';

@Module({ controllers: [BookingsController], providers: [BookingsService, BookingEvents] })
export class BookingsModule {}
