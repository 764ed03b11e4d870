import { Field, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class Review {
  @Field(() => ID)
  readonly id: string;

  @Field()
  readonly product: string;

  @Field(() => Int)
  readonly stars: number;
}
