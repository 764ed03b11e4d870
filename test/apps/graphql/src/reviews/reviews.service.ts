import { Injectable } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';
import type { AddReviewInput } from './dto/add-review.input.js';
import type { Review } from './models/review.model.js';
import { productRated, reviewAdded, type ProductRated } from './review.topics.js';
import { ReviewsRepository } from './reviews.repository.js';

@Injectable()
export class ReviewsService {
  constructor(private readonly reviews: ReviewsRepository) {}

  @Emit(reviewAdded)
  async add(input: AddReviewInput): Promise<Review> {
    return this.reviews.add(input);
  }

  @Emit(productRated, { producer: 'tenant' })
  async rate(product: string): Promise<ProductRated> {
    const stars = this.reviews.of(product).map((review) => review.stars);
    return { product, average: stars.reduce((sum, each) => sum + each, 0) / stars.length };
  }
}
