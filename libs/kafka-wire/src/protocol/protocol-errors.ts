import type { ApiDefinition } from '../schema/api-definition.js';

/** A request with an API key this package has no table for. A broker closes the connection, as Kafka's does. */
export class UnknownApiError extends Error {
  override readonly name = 'UnknownApiError';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;

  constructor(request: { readonly apiKey: number; readonly apiVersion: number; readonly correlationId: number }) {
    super(`no API has the key ${request.apiKey}`);
    this.apiKey = request.apiKey;
    this.apiVersion = request.apiVersion;
    this.correlationId = request.correlationId;
  }
}

/**
 * A version outside the table. What a broker answers an ApiVersions request with: error 35 in an ApiVersions response of version 0, under
 * the same correlation id.
 */
export class UnsupportedVersionError extends Error {
  override readonly name = 'UnsupportedVersionError';
  readonly api: ApiDefinition;
  readonly apiVersion: number;
  /** Undefined when the version was asked for by this side. */
  readonly correlationId: number | undefined;

  constructor(request: { readonly api: ApiDefinition; readonly apiVersion: number; readonly correlationId?: number }) {
    const { api, apiVersion, correlationId } = request;
    super(`${api.name} version ${apiVersion} is outside ${api.versions.min}-${api.versions.max}`);
    this.api = api;
    this.apiVersion = apiVersion;
    this.correlationId = correlationId;
  }
}
