import { CodecUnavailableError, loadCodec, type Codec, type CompressionType } from 'kafka-wire';
import type { Codecs } from './acceptance.js';

/**
 * The codecs of one cluster, each loaded when it is first needed: to load them all takes longer than everything else that a start does.
 *
 * One that is not installed counts as loaded. Batches in its compression are stored without being looked at.
 */
export class LoadedCodecs implements Codecs {
  readonly #byType = new Map<CompressionType, Codec | undefined>();

  /** With those that need no package. */
  static async builtIn(): Promise<LoadedCodecs> {
    const codecs = new LoadedCodecs();
    await codecs.load(['none', 'gzip']);
    return codecs;
  }

  get(type: CompressionType): Codec | undefined {
    return this.#byType.get(type);
  }

  isLoaded(type: CompressionType): boolean {
    return this.#byType.has(type);
  }

  async load(types: Iterable<CompressionType>): Promise<void> {
    await Promise.all(Array.from(types, async (type) => this.#byType.set(type, await loadIfAvailable(type))));
  }
}

async function loadIfAvailable(type: CompressionType): Promise<Codec | undefined> {
  try {
    return await loadCodec(type);
  } catch (error) {
    if (error instanceof CodecUnavailableError) return undefined;
    throw error;
  }
}
