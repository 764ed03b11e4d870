/** The default of every field of authorized operations: they were not asked for. Otherwise a bit set of ACL operations. */
export const OPERATIONS_NOT_REQUESTED = -2147483648;
