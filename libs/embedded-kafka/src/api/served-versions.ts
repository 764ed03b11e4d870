import { errorCode, type ApiName, type apis, type ResponseInput, type VersionRange } from 'kafka-wire';
import type { ApiHandler } from './api-handler.js';

type ApiVersionsAnswer = ResponseInput<typeof apis.ApiVersions>;

/** What one broker speaks: everything, or as much as an older release. */
export class ServedVersions {
  readonly #ranges = new Map<number, VersionRange>();
  /** As ApiVersions lists it. */
  readonly listed: NonNullable<ApiVersionsAnswer['apiKeys']>;

  /** @throws TypeError when `maxVersions` names an API that is not served */
  constructor(handlers: ReadonlyMap<number, ApiHandler>, maxVersions: Readonly<Partial<Record<ApiName, number>>> = {}) {
    const all = Array.from(handlers.values());
    const limits = new Map(Object.entries(maxVersions));
    const strange = Array.from(limits.keys()).find((name) => !all.some(({ api }) => api.name === name));
    if (strange !== undefined) throw new TypeError(`maxVersions names "${strange}", which no broker serves`);
    const spoken = all.flatMap(({ api, versions: { min, max }, advertisedMin }) => {
      const range = { min, max: Math.min(max, limits.get(api.name) ?? max) };
      return range.max < min ? [] : [{ apiKey: api.key, range, listedMin: Math.min(advertisedMin ?? min, range.max) }];
    });
    for (const { apiKey, range } of spoken) this.#ranges.set(apiKey, range);
    this.listed = spoken
      .map(({ apiKey, range, listedMin }) => ({ apiKey, minVersion: listedMin, maxVersion: range.max }))
      .toSorted((one, other) => one.apiKey - other.apiKey);
  }

  includes(apiKey: number, version: number): boolean {
    const range = this.#ranges.get(apiKey);
    return range !== undefined && version >= range.min && version <= range.max;
  }

  /** What a client of the future gets: version 0, error 35, and the versions it may ask in (KIP-511). */
  refusalOfApiVersions(apiVersionsKey: number): ApiVersionsAnswer {
    return {
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: this.listed.filter(({ apiKey }) => apiKey === apiVersionsKey),
    };
  }
}
