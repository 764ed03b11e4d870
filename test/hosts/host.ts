import { SetMetadata, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { Emit } from 'nestjs-kafka-producer';

/** Where `@Emit` stands among the decorators of a framework on the same method; `around`: one `@Emit` on either side of them. */
export const POSITIONS = ['above', 'below', 'between', 'around'] as const;
export type Position = (typeof POSITIONS)[number];

/** Puts `@Emit` and these decorators on a method; their order is that of the source. */
export type At = (first: MethodDecorator, second: MethodDecorator) => MethodDecorator;

/** One class with one decorated method, whose answer to `text` is `hello ${text}`. */
export interface Host {
  /** Made anew for each application: a value belongs to one. */
  module(): ModuleMetadata;
  /** Calls the method once. Rejects when the framework refuses the call. */
  call(app: INestApplication, text: string): Promise<unknown>;
  /** What a framework needs before the application starts. */
  prepare?(app: INestApplication): void;
  /** The method as it stands on its class, when what it keeps is its metadata. */
  method?(): object;
  /** Has a guard beside `@Emit` that refuses the text `denied`. */
  readonly isGuarded?: boolean;
}

/** One kind of class that may have `@Emit` on a method. */
export interface HostKind {
  readonly name: string;
  declare(at: At): Host;
}

/** @returns the topics that get one record of each call each */
export function topicsOf(topic: string, position: Position): string[] {
  return position === 'around' ? [topic, `${topic}.second`] : [topic];
}

export function emitAt(topic: string, position: Position): At {
  const [emit, second] = topicsOf(topic, position).map((name) => Emit(name) as MethodDecorator);
  return (own, more) =>
    inOrder(
      {
        above: [emit!, own, more],
        below: [own, more, emit!],
        between: [own, emit!, more],
        around: [emit!, own, more, second!],
      }[position],
    );
}

/** As if they stood above the method from top to bottom: the last one runs first. */
function inOrder(decorators: readonly MethodDecorator[]): MethodDecorator {
  return (prototype, key, descriptor) =>
    decorators.reduceRight((current, decorate) => decorate(prototype, key, current) ?? current, descriptor);
}

export const OWN_METADATA = { own: 'kept', more: 'kept too' };

/** Metadata of no framework, where none has a decorator for methods. */
export function ownMetadata(at: At): MethodDecorator {
  return at(SetMetadata('own', OWN_METADATA.own), SetMetadata('more', OWN_METADATA.more));
}
