import { Field, InputType, Int } from '@nestjs/graphql';

@InputType()
export class AddReviewInput {
  @Field()
  readonly product: string;

  @Field(() => Int)
  readonly stars: number;
}
