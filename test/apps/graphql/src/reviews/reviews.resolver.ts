import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { AddReviewInput } from './dto/add-review.input.js';
import { Review } from './models/review.model.js';
import { ReviewsRepository } from './reviews.repository.js';
import { ReviewsService } from './reviews.service.js';

@Resolver(() => Review)
export class ReviewsResolver {
  constructor(
    private readonly service: ReviewsService,
    private readonly repository: ReviewsRepository,
  ) {}

  @Query(() => [Review])
  reviews(@Args('product') product: string): Review[] {
    return this.repository.of(product);
  }

  @Mutation(() => Review)
  async addReview(@Args('input') input: AddReviewInput): Promise<Review> {
    const review = await this.service.add(input);
    await this.service.rate(review.product);
    return review;
  }
}
