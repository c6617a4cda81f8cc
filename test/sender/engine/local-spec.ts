/** A spec that delivers to a server on this machine without TLS. */
export function localSpec(port: number, fields: Record<string, object | boolean> = {}): object {
  const smtp = { host: '127.0.0.1', port, disableTLS: true, maxConnections: 6 };
  return {
    default: true,
    sender: { address: 'noreply@example.com', name: 'Breakglass' },
    retry: { count: 3, initialBackoffMs: 10, queueSize: 1000 },
    ...fields,
    smtp: { ...smtp, ...(fields['smtp'] instanceof Object ? fields['smtp'] : {}) },
  };
}
