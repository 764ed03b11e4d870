import { Emit } from 'nestjs-kafka-producer';

export interface Label {
  parcelId: string;
  text: string;
}

/** No provider by itself: the width depends on the printer. */
export class LabelPrinter {
  constructor(private readonly charactersPerLine: number) {}

  @Emit<LabelPrinter['print']>('labels', { key: ({ parcelId }) => parcelId })
  async print(parcelId: string, address: string): Promise<Label> {
    const lines = address.split(', ').map((line) => line.slice(0, this.charactersPerLine));
    return { parcelId, text: lines.join('\n') };
  }
}
