import { Injectable } from '@nestjs/common';
import { ofType, Saga, type ICommand, type IEvent } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import { PrintLabelCommand } from '../commands/print-label.command.js';
import { ParcelDispatchedEvent } from '../events/parcel-dispatched.event.js';

@Injectable()
export class ParcelSagas {
  @Saga()
  dispatched = (events$: Observable<IEvent>): Observable<ICommand> =>
    events$.pipe(
      ofType(ParcelDispatchedEvent),
      map(({ parcelId, address }) => new PrintLabelCommand(parcelId, address)),
    );
}
