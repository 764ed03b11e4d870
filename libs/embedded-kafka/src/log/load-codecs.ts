import { CodecUnavailableError, loadCodec, type Codec, type CompressionType } from 'kafka-wire';
import type { Codecs } from './acceptance.js';

const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The codecs that are there. Batches in another compression are stored without being looked at. */
export async function loadCodecs(): Promise<Codecs> {
  const codecs = await Promise.all(TYPES.map(loadIfAvailable));
  return new Map(codecs.filter((codec) => codec !== undefined).map((codec) => [codec.type, codec]));
}

async function loadIfAvailable(type: CompressionType): Promise<Codec | undefined> {
  try {
    return await loadCodec(type);
  } catch (error) {
    if (error instanceof CodecUnavailableError) return undefined;
    throw error;
  }
}
