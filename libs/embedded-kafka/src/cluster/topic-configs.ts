import type { CompressionType } from 'kafka-wire';
import type { LogLimits } from '../log/log-limits.js';

/** A topic setting this cluster knows. */
interface ConfigRule {
  readonly defaultValue: string;
  readonly type: 'boolean' | 'int' | 'long' | 'list' | 'string' | 'double';
  readonly isValid: (value: string) => boolean;
}

const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (value: string) =>
    /^-?\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
const oneOf =
  (...values: string[]) =>
  (value: string) =>
    values.includes(value);
const each =
  (...values: string[]) =>
  (value: string) =>
    value.split(',').every((part) => values.includes(part.trim()));

const isRatio = (value: string) => Number(value) >= 0 && Number(value) <= 1;
const isThrottled = (value: string) => value === '' || value === '*' || /^(\d+:\d+)(,\d+:\d+)*$/.test(value);

const INT_MAX = 0x7fff_ffff;
const LONG_MAX = '9223372036854775807';
const HOUR_MS = 3_600_000;

/** Kafka's topic settings with Kafka 4.3's defaults; those {@link WITHOUT_EFFECT} are described, and keep their defaults. */
const RULES: Readonly<Record<string, ConfigRule>> = {
  'max.message.bytes': { defaultValue: '1048588', type: 'int', isValid: integer(0, INT_MAX) },
  'min.insync.replicas': { defaultValue: '1', type: 'int', isValid: integer(1, INT_MAX) },
  'message.timestamp.type': {
    defaultValue: 'CreateTime',
    type: 'string',
    isValid: oneOf('CreateTime', 'LogAppendTime'),
  },
  'message.timestamp.after.max.ms': { defaultValue: String(HOUR_MS), type: 'long', isValid: integer(0) },
  'message.timestamp.before.max.ms': {
    defaultValue: '9223372036854775807',
    type: 'long',
    isValid: integer(0, Infinity),
  },
  'cleanup.policy': { defaultValue: 'delete', type: 'list', isValid: each('delete', 'compact') },
  'compression.type': {
    defaultValue: 'producer',
    type: 'string',
    isValid: oneOf('producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'),
  },
  'delete.retention.ms': { defaultValue: '86400000', type: 'long', isValid: integer(0) },
  'min.compaction.lag.ms': { defaultValue: '0', type: 'long', isValid: integer(0) },
  'retention.bytes': { defaultValue: '-1', type: 'long', isValid: integer(-1) },
  'retention.ms': { defaultValue: '604800000', type: 'long', isValid: integer(-1) },
  'segment.bytes': { defaultValue: '1073741824', type: 'int', isValid: integer(1_048_576, INT_MAX) },
  'segment.ms': { defaultValue: '604800000', type: 'long', isValid: integer(1) },
  'compression.gzip.level': { defaultValue: '-1', type: 'int', isValid: integer(-1, 9) },
  'compression.lz4.level': { defaultValue: '9', type: 'int', isValid: integer(1, 17) },
  'compression.zstd.level': { defaultValue: '3', type: 'int', isValid: integer(-131_072, 22) },
  'file.delete.delay.ms': { defaultValue: '60000', type: 'long', isValid: integer(0) },
  'flush.messages': { defaultValue: LONG_MAX, type: 'long', isValid: integer(1, Infinity) },
  'flush.ms': { defaultValue: LONG_MAX, type: 'long', isValid: integer(0, Infinity) },
  'follower.replication.throttled.replicas': { defaultValue: '', type: 'list', isValid: isThrottled },
  'index.interval.bytes': { defaultValue: '4096', type: 'int', isValid: integer(0, INT_MAX) },
  'leader.replication.throttled.replicas': { defaultValue: '', type: 'list', isValid: isThrottled },
  'local.retention.bytes': { defaultValue: '-2', type: 'long', isValid: integer(-2) },
  'local.retention.ms': { defaultValue: '-2', type: 'long', isValid: integer(-2) },
  'max.compaction.lag.ms': { defaultValue: LONG_MAX, type: 'long', isValid: integer(1, Infinity) },
  'min.cleanable.dirty.ratio': { defaultValue: '0.5', type: 'double', isValid: isRatio },
  preallocate: { defaultValue: 'false', type: 'boolean', isValid: oneOf('true', 'false') },
  'remote.log.copy.disable': { defaultValue: 'false', type: 'boolean', isValid: oneOf('true', 'false') },
  'remote.log.delete.on.disable': { defaultValue: 'false', type: 'boolean', isValid: oneOf('true', 'false') },
  'remote.storage.enable': { defaultValue: 'false', type: 'boolean', isValid: oneOf('true', 'false') },
  'segment.index.bytes': { defaultValue: '10485760', type: 'int', isValid: integer(4, INT_MAX) },
  'segment.jitter.ms': { defaultValue: '0', type: 'long', isValid: integer(0) },
  'unclean.leader.election.enable': { defaultValue: 'false', type: 'boolean', isValid: oneOf('true', 'false') },
};

/** Those that would mean nothing here: there are no files, no throttling, no remote storage, and codecs have their usual levels. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.zstd.level',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'max.compaction.lag.ms',
  'min.cleanable.dirty.ratio',
  'preallocate',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
  'segment.index.bytes',
  'segment.jitter.ms',
]);

export type TopicConfigs = ReadonlyMap<string, string>;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly type: ConfigRule['type'];
  readonly isDefault: boolean;
  readonly defaultValue: string;
  /** Of the broker's setting that is the default of all topics. */
  readonly brokerName: string;
}

/** What is wrong with a setting, or undefined. */
export function configProblem(name: string, value: string | null): string | undefined {
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (rule === undefined) return `unknown topic config name: ${name}`;
  if (value === null || !rule.isValid(value)) return `invalid value ${value} for configuration ${name}`;
  return WITHOUT_EFFECT.has(name) && value !== rule.defaultValue
    ? `${name} has no effect in this cluster: anything but its default is refused rather than ignored`
    : undefined;
}

export function isListConfig(name: string): boolean {
  return Object.hasOwn(RULES, name) && RULES[name]?.type === 'list';
}

/** All settings of a topic, the overridden ones with their values. */
export function describeConfigs(overrides: TopicConfigs): ConfigEntry[] {
  return Object.entries(RULES).map(([name, { defaultValue, type }]) => {
    const override = overrides.get(name);
    const isDefault = override === undefined;
    return { name, value: override ?? defaultValue, type, isDefault, defaultValue, brokerName: brokerName(name) };
  });
}

/** Kafka's `ServerTopicConfigSynonyms`, as far as the name differs from `log.` and the topic's. */
const BROKER_NAMES: Readonly<Record<string, string>> = {
  'cleanup.policy': 'log.cleanup.policy',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'max.message.bytes': 'message.max.bytes',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.ms': 'log.roll.ms',
};
const SAME_FOR_BROKERS = new Set(['min.insync.replicas', 'unclean.leader.election.enable']);

function brokerName(name: string): string {
  if (SAME_FOR_BROKERS.has(name) || name.startsWith('compression.')) return name;
  return BROKER_NAMES[name] ?? `log.${name}`;
}

export function configValue(overrides: TopicConfigs, name: string): string {
  return overrides.get(name) ?? RULES[name]?.defaultValue ?? '';
}

/** What the broker compresses batches with; undefined: it leaves them as they come. */
export function targetCompression(overrides: TopicConfigs): CompressionType | undefined {
  const type = configValue(overrides, 'compression.type');
  if (type === 'producer') return undefined;
  return type === 'uncompressed' ? 'none' : (type as CompressionType);
}

export function logLimits(overrides: TopicConfigs): LogLimits {
  const policy = configValue(overrides, 'cleanup.policy');
  const number = (name: string): number => Number(configValue(overrides, name));
  return {
    isDeleting: policy.includes('delete'),
    isCompacting: policy.includes('compact'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
  };
}
