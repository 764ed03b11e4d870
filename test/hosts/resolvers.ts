import { Injectable, UseGuards } from '@nestjs/common';
import {
  AbstractGraphQLDriver,
  Args,
  GraphQLModule,
  Mutation,
  Query,
  Resolver,
  type GqlModuleOptions,
} from '@nestjs/graphql';
import { createRequire } from 'node:module';
import { addressOf } from './endpoints.js';
import { NotDenied } from './guard.js';
import type { At, Host, HostKind } from './host.js';

/** Resolvers of @nestjs/graphql, schema first. */
export const resolvers: readonly HostKind[] = [
  { name: 'GraphQL query', declare: (at) => resolver(at, 'query') },
  { name: 'GraphQL mutation', declare: (at) => resolver(at, 'mutation') },
];

/** The copy that @nestjs/graphql gets from Node: a bundler's resolution may find the package's ES modules, and schemas of one copy are none to the other. */
const { graphql } = createRequire(import.meta.url)('graphql') as typeof import('graphql');

const TYPES = `
  type Query { hello(text: String!): String! }
  type Mutation { hello(text: String!): String! }
`;

/** A GraphQL server in a few lines: its own schema over HTTP, nothing else. */
@Injectable()
export class PlainDriver extends AbstractGraphQLDriver {
  async start({ schema }: GqlModuleOptions): Promise<void> {
    const { httpAdapter } = this.httpAdapterHost;
    httpAdapter.post('/graphql', async (req: { body: { query: string } }, response: unknown) =>
      httpAdapter.reply(
        response,
        await graphql({ schema: schema!, source: req.body.query, contextValue: { req } }),
        200,
      ),
    );
  }

  async stop(): Promise<void> {}
}

function resolver(at: At, operation: 'query' | 'mutation'): Host {
  @Resolver()
  class GreetingsResolver {
    @at(operation === 'query' ? Query('hello') : Mutation('hello'), UseGuards(NotDenied))
    async hello(@Args('text') text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return {
    isGuarded: true,
    module: () => ({
      imports: [GraphQLModule.forRoot({ driver: PlainDriver, typeDefs: TYPES })],
      providers: [GreetingsResolver],
    }),
    call: async (app, text) => {
      const response = await fetch(`${addressOf(app)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `${operation} { hello(text: "${text}") }` }),
      });
      const { data, errors } = (await response.json()) as {
        data: { hello: string } | null;
        errors?: { message: string }[];
      };
      if (errors !== undefined) throw new Error(errors[0]!.message);
      return data!.hello;
    },
  };
}
