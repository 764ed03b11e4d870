import { Emit } from '../../decorators/emit.decorator.js';
import { bindKafkaProducer } from '../../decorators/producer-slot.js';
import { Transactional } from '../../decorators/transactional.decorator.js';
import { InMemoryProducer, type InMemoryProducerOptions } from '../../testing/in-memory-producer.js';

/** Whose emits wait for a scope, each in its own way. */
export class Orders {
  @Emit('orders', { waitFor: 'scope' })
  async place(id: string): Promise<string> {
    return id;
  }

  @Emit('orders', { waitFor: 'scope' })
  async later(id: Promise<string>): Promise<string> {
    return id;
  }

  @Emit('lines', { waitFor: 'scope', each: true })
  async lines(...ids: string[]): Promise<string[]> {
    return ids;
  }

  /** One of its records is waited for here. */
  @Emit('audit')
  @Emit('orders', { waitFor: 'scope' })
  async both(id: string): Promise<string> {
    return id;
  }

  @Transactional()
  @Emit('orders', { waitFor: 'scope' })
  async inUnit(id: string): Promise<string> {
    return id;
  }
}

export function boundOrders(options?: InMemoryProducerOptions): { kafka: InMemoryProducer; orders: Orders } {
  const kafka = new InMemoryProducer(options);
  return { kafka, orders: bindKafkaProducer(new Orders(), kafka) };
}
