import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DispatchParcelCommand } from './commands/dispatch-parcel.command.js';
import { RegisterParcelCommand } from './commands/register-parcel.command.js';
import { RegisterParcelDto } from './dto/register-parcel.dto.js';

@Controller('parcels')
export class ParcelsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  async register(@Body() { id, address }: RegisterParcelDto): Promise<void> {
    await this.commands.execute(new RegisterParcelCommand(id, address));
  }

  @Post(':id/dispatch/:carrier')
  async dispatch(@Param('id') id: string, @Param('carrier') carrier: string): Promise<void> {
    await this.commands.execute(new DispatchParcelCommand(id, carrier));
  }
}
