import { CommandHandler, EventPublisher, type ICommandHandler } from '@nestjs/cqrs';
import { Emit } from 'nestjs-kafka-producer';
import { ParcelRepository } from '../../repositories/parcel.repository.js';
import { DispatchParcelCommand } from '../dispatch-parcel.command.js';

@CommandHandler(DispatchParcelCommand)
export class DispatchParcelHandler implements ICommandHandler<DispatchParcelCommand> {
  constructor(
    private readonly repository: ParcelRepository,
    private readonly publisher: EventPublisher,
  ) {}

  @Emit<DispatchParcelHandler['execute']>('parcels.audit', {
    key: (_result, [{ parcelId }]) => parcelId,
    value: (_result, [{ parcelId, carrier }]) => ({ command: 'dispatch', parcelId, carrier }),
  })
  async execute({ parcelId, carrier }: DispatchParcelCommand): Promise<void> {
    const parcel = this.publisher.mergeObjectContext(this.repository.findOne(parcelId));
    parcel.dispatch(carrier);
    parcel.commit();
  }
}
