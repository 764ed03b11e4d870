import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LabelPrinter } from '../../../labels/label-printer.js';
import { PrintLabelCommand } from '../print-label.command.js';

@CommandHandler(PrintLabelCommand)
export class PrintLabelHandler implements ICommandHandler<PrintLabelCommand> {
  constructor(private readonly printer: LabelPrinter) {}

  async execute({ parcelId, address }: PrintLabelCommand): Promise<void> {
    await this.printer.print(parcelId, address);
  }
}
