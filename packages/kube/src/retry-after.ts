/**
 * The pause that a `Retry-After` header asks for, in milliseconds; undefined if it asks for none
 * that the API server would. It writes whole seconds, never a date (RFC 9110, 10.2.3, has both).
 */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
