import { defineTopic } from 'nestjs-kafka-producer';
import type { Review } from './models/review.model.js';

export const reviewAdded = defineTopic<Review>('reviews.added', {
  key: (review) => review.product,
  producer: 'tenant',
});

export interface ProductRated {
  product: string;
  average: number;
}
export const productRated = defineTopic<ProductRated>('products.rated', { key: (event) => event.product });
