import { fileURLToPath } from 'node:url';
import { runJava } from '../apache-kafka/launcher.mjs';

/** A field as Kafka's JSON definitions have it. */
export interface KafkaField {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly flexibleVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean;
  readonly entityType?: string;
  readonly fields?: readonly KafkaField[];
}

export interface KafkaMessage {
  readonly apiKey: number;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly KafkaField[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly KafkaField[] }[];
}

export interface KafkaFacts {
  readonly errors: readonly { readonly code: number; readonly name: string; readonly retriable: boolean }[];
  readonly definitions: Readonly<Record<string, KafkaMessage>>;
}

/** What Kafka's jar says about its error codes and about the messages named, such as `FetchRequest`. */
export async function kafkaFacts(messages: readonly string[]): Promise<KafkaFacts> {
  return JSON.parse(await runProgram('KafkaFacts.java', messages)) as KafkaFacts;
}

/** Runs a program of this folder on Kafka's class path. */
export async function runProgram(file: string, args: readonly string[], input = ''): Promise<string> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const { stdout, stderr, code } = await runJava(program, args, { input });
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr}`);
  return stdout;
}
