import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import type { Booking } from './booking.js';
import { BookingsService } from './bookings.service.js';
import { CreateBookingDto } from './dto/create-booking.dto.js';

@Controller('bookings')
export class BookingsController {
  constructor(private readonly bookings: BookingsService) {}

  @Post()
  create(@Body() booking: CreateBookingDto): Promise<Booking> {
    return this.bookings.create(booking);
  }

  @Get(':id')
  findOne(@Param('id') id: string): Promise<Booking> {
    return this.bookings.findOne(id);
  }

  @Delete(':id')
  cancel(@Param('id') id: string): Promise<{ cancelled: boolean }> {
    return this.bookings.cancel(id);
  }
}
