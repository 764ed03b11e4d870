import { Injectable } from '@nestjs/common';
import type { AddReviewInput } from './dto/add-review.input.js';
import type { Review } from './models/review.model.js';

/** Of all tenants: it outlives their trees. */
@Injectable()
export class ReviewsRepository {
  private readonly reviews: Review[] = [];

  add({ product, stars }: AddReviewInput): Review {
    const review = { id: `R-${this.reviews.length + 1}`, product, stars };
    this.reviews.push(review);
    return review;
  }

  of(product: string): Review[] {
    return this.reviews.filter((review) => review.product === product);
  }
}
