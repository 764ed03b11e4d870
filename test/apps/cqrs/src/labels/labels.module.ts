import { Module } from '@nestjs/common';
import { LabelPrinter } from './label-printer.js';

@Module({
  providers: [{ provide: LabelPrinter, useFactory: () => new LabelPrinter(12) }],
  exports: [LabelPrinter],
})
export class LabelsModule {}
