/** Whose data stay on which continent. */
export type Tenant = 'eu' | 'us';

/** What the container has under REQUEST in a tenant's tree. */
export interface TenantContext {
  readonly tenant: string | undefined;
}
