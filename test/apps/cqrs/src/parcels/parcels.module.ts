import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { LabelsModule } from '../labels/labels.module.js';
import { DispatchParcelHandler } from './commands/handlers/dispatch-parcel.handler.js';
import { PrintLabelHandler } from './commands/handlers/print-label.handler.js';
import { RegisterParcelHandler } from './commands/handlers/register-parcel.handler.js';
import { ParcelDispatchedHandler } from './events/handlers/parcel-dispatched.handler.js';
import { ParcelRegisteredHandler } from './events/handlers/parcel-registered.handler.js';
import { ParcelEvents } from './parcel-events.js';
import { ParcelsController } from './parcels.controller.js';
import { ParcelRepository } from './repositories/parcel.repository.js';
import { ParcelSagas } from './sagas/parcel.sagas.js';

const commandHandlers = [RegisterParcelHandler, DispatchParcelHandler, PrintLabelHandler];
const eventHandlers = [ParcelRegisteredHandler, ParcelDispatchedHandler];

@Module({
  imports: [CqrsModule.forRoot(), LabelsModule],
  controllers: [ParcelsController],
  providers: [...commandHandlers, ...eventHandlers, ParcelSagas, ParcelRepository, ParcelEvents],
})
export class ParcelsModule {}
