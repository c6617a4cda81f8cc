import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** The status of a provider that health has looked at. */
export function healthStatus(status: 'True' | 'False'): NonNullable<MailProvider['status']> {
  const reason = status === 'True' ? 'HealthCheckPassed' : 'ConnectionRefused';
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return {
    conditions: [{ type: 'Healthy', status, reason, message: '', lastTransitionTime }],
  };
}
