import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { kcat, kcatInstalled } from '../support/kcat.js';

const USERS = [{ username: 'alice', password: 'alice-secret' }];

describeNeeding([java, kcatInstalled], 'clients in C and Java on an embedded cluster', () => {
  let kafka: EmbeddedKafka;
  let folder: string;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }], tls: true, sasl: { users: USERS }, acls: [] });
    kafka.acls.add({ principal: 'User:alice', operation: 'all', resource: { type: 'topic', name: 'orders' } });
    folder = await mkdtemp(join(tmpdir(), 'embedded-kafka-security-'));
    await writeFile(join(folder, 'ca.pem'), kafka.ca ?? '');
  });
  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true });
  });

  const produce = (mechanism: string, password: string, topic = 'orders') => {
    const settings = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanisms': mechanism,
      'sasl.username': 'alice',
      'sasl.password': password,
      'ssl.ca.location': join(folder, 'ca.pem'),
      'message.timeout.ms': '2000',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
    return kcat(['-b', kafka.bootstrap.join(','), '-P', '-t', topic, ...options], `by ${mechanism}\n`);
  };
  const values = async () => (await kafka.recordsIn('orders')).map(({ value }) => String(value));

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('librdkafka produces by TLS and %s', async (mechanism) => {
    await produce(mechanism, 'alice-secret');
    expect(await values()).toContain(`by ${mechanism}`);
  });

  it('librdkafka is told of a wrong password, and of a topic it may not use', async () => {
    await expect(produce('SCRAM-SHA-256', 'wrong')).rejects.toThrow('Authentication failed');
    await expect(produce('PLAIN', 'alice-secret', 'payments')).rejects.toThrow('Topic authorization failed');
  });

  it('Java produces by TLS and SCRAM', async () => {
    const config = join(folder, 'client.properties');
    const login =
      'org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="alice-secret";';
    const settings = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': login,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': join(folder, 'ca.pem'),
    };
    await writeFile(
      config,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const args = ['--bootstrap-server', kafka.bootstrap.join(','), '--topic', 'orders', '--command-config', config];
    const { code, stderr, stdout } = await runJava('org.apache.kafka.tools.ConsoleProducer', args, {
      input: 'by Java\n',
    });
    expect(code, `${stderr}\n${stdout}`).toBe(0);
    expect(await values()).toContain('by Java');
  });
});
