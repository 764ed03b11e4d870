import { CommandHandler, EventPublisher, type ICommandHandler } from '@nestjs/cqrs';
import { Parcel } from '../../models/parcel.js';
import { ParcelRepository } from '../../repositories/parcel.repository.js';
import { RegisterParcelCommand } from '../register-parcel.command.js';

@CommandHandler(RegisterParcelCommand)
export class RegisterParcelHandler implements ICommandHandler<RegisterParcelCommand> {
  constructor(
    private readonly repository: ParcelRepository,
    private readonly publisher: EventPublisher,
  ) {}

  async execute({ parcelId, address }: RegisterParcelCommand): Promise<void> {
    const parcel = this.publisher.mergeObjectContext(new Parcel(parcelId));
    parcel.register(address);
    this.repository.save(parcel);
    parcel.commit();
  }
}
