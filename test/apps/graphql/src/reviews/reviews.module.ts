import { Module } from '@nestjs/common';
import { ReviewsRepository } from './reviews.repository.js';
import { ReviewsResolver } from './reviews.resolver.js';
import { ReviewsService } from './reviews.service.js';

@Module({ providers: [ReviewsResolver, ReviewsService, ReviewsRepository] })
export class ReviewsModule {}
