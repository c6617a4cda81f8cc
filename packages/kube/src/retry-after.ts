/**
 * The pause that a `Retry-After` header asks for, in milliseconds; undefined if it asks for none
 * that the API server would. It writes whole seconds, never a date (RFC 9110, 10.2.3, has both).
 */
export function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = String(header);
  return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
