import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Answer {
  readonly data: { readonly addReview: { readonly id: string; readonly product: string } } | null;
  readonly errors?: readonly { readonly message: string }[];
}

const MUTATION = `mutation ($input: AddReviewInput!) { addReview(input: $input) { id product } }`;

export async function addReview(app: NestFastifyApplication, tenant: string, product: string): Promise<Answer> {
  const response = await fetch(`${await app.getUrl()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': tenant },
    body: JSON.stringify({ query: MUTATION, variables: { input: { product, stars: 5 } } }),
  });
  return (await response.json()) as Answer;
}
