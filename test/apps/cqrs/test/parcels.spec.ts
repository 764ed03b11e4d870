import { CommandBus, UnhandledExceptionBus, type UnhandledExceptionInfo } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuthorizationError, DeliveryRejectedError } from 'nestjs-kafka-producer';
import { CommittedRecords, inMemoryKafka, ScriptedOutcomes } from 'nestjs-kafka-producer/testing';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { DispatchParcelCommand } from '../src/parcels/commands/dispatch-parcel.command.js';
import { RegisterParcelCommand } from '../src/parcels/commands/register-parcel.command.js';

let app: TestingModule;
let commands: CommandBus;
let records: CommittedRecords;

beforeEach(async () => {
  app = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  app.useLogger(false);
  await app.init();
  commands = app.get(CommandBus);
  records = app.get(CommittedRecords);
  await commands.execute(new RegisterParcelCommand('P-1', 'Leith Walk 4, Edinburgh'));
});
afterEach(() => app.close());

const dispatch = () => commands.execute(new DispatchParcelCommand('P-1', 'DHL'));

describe('a parcel', () => {
  it('that was registered is told by a class of its event handler', async () => {
    expect(await records.next('parcels.registered')).toMatchObject({ json: { parcelId: 'P-1', city: 'Edinburgh' } });
  });

  it('that was dispatched is told by the event handler itself', async () => {
    await dispatch();

    expect(await records.next('parcels.dispatched')).toMatchObject({
      keyText: 'P-1',
      json: { parcelId: 'P-1', carrier: 'DHL' },
      headers: { carrier: 'DHL' },
    });
  });

  it('gets a label from a saga, printed by what a factory made', async () => {
    await dispatch();

    expect(await records.next('labels')).toMatchObject({
      keyText: 'P-1',
      json: { parcelId: 'P-1', text: 'Leith Walk 4\nEdinburgh' },
    });
  });

  it('is audited by the command handler, every time; its events come once', async () => {
    await dispatch();
    await dispatch();

    expect(records.in('parcels.audit')).toMatchObject([
      { keyText: 'P-1', json: { command: 'dispatch', parcelId: 'P-1', carrier: 'DHL' } },
      { keyText: 'P-1' },
    ]);
    expect(records.in('parcels.dispatched')).toHaveLength(1);
  });

  it('is tracked by code that knows ClientKafka only', async () => {
    await dispatch();

    expect(await records.next('tracking')).toMatchObject({
      keyText: 'P-1',
      json: { parcelId: 'P-1', carrier: 'DHL' },
      headers: { source: 'legacy' },
    });
    expect(await records.next('tracking.count')).toMatchObject({ key: null, text: '1' });
  });
});

describe('when Kafka says no', () => {
  it('to a command handler, the command fails', async () => {
    app.get(ScriptedOutcomes).nextSend({ topic: 'parcels.audit', outcome: 'fail' });

    await expect(dispatch()).rejects.toBeInstanceOf(DeliveryRejectedError);
  });

  it('to an event handler, the bus of unhandled exceptions hears of it, and the process lives', async () => {
    const unhandled: Promise<UnhandledExceptionInfo> = firstValueFrom(app.get(UnhandledExceptionBus));
    app.get(ScriptedOutcomes).nextSend({ topic: 'parcels.dispatched', outcome: 'unauthorized' });

    await dispatch();
    expect((await unhandled).exception).toBeInstanceOf(AuthorizationError);
    expect(await records.next('labels')).toMatchObject({ keyText: 'P-1' });
  });
});
