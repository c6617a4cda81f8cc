/** A metric as Prometheus sees it; name and labels are promises to users. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  readonly exportedBy: 'webhook' | 'health' | 'sender';
}

export const METRICS = {
  admissionRequestsTotal: {
    name: 'breakglass_mailprovider_admission_requests_total',
    type: 'counter',
    labels: ['webhook', 'operation', 'verdict'],
    help: 'Admission reviews by webhook (validate, mutate), operation (UNKNOWN if the body was no review) and verdict: allowed, denied, or error if none was reached.',
    exportedBy: 'webhook',
  },
  admissionDuration: {
    name: 'breakglass_mailprovider_admission_duration_seconds',
    type: 'histogram',
    labels: ['webhook'],
    help: 'Duration of admission reviews in seconds, from the head of the request to the answer.',
    exportedBy: 'webhook',
  },
  admissionInFlight: {
    name: 'breakglass_mailprovider_admission_in_flight',
    type: 'gauge',
    labels: [],
    help: 'Admission reviews that are being received or answered.',
    exportedBy: 'webhook',
  },
  defaultClaimsTotal: {
    name: 'breakglass_mailprovider_default_claims_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Requests to become the default provider, by outcome of the claim.',
    exportedBy: 'webhook',
  },
  configured: {
    name: 'breakglass_mailprovider_configured',
    type: 'gauge',
    labels: ['provider', 'status'],
    help: 'MailProviders by configuration status (enabled, disabled); always 1.',
    exportedBy: 'health',
  },
  healthCheckTotal: {
    name: 'breakglass_mailprovider_health_check_total',
    type: 'counter',
    labels: ['provider', 'result'],
    help: 'Health checks by result: success, the label of the reason, or error if one could not be done.',
    exportedBy: 'health',
  },
  healthCheckDuration: {
    name: 'breakglass_mailprovider_health_check_duration_seconds',
    type: 'histogram',
    labels: ['provider'],
    help: 'Duration of health checks in seconds.',
    exportedBy: 'health',
  },
  status: {
    name: 'breakglass_mailprovider_status',
    type: 'gauge',
    labels: ['provider'],
    help: 'Status of the MailProvider: 1 healthy, 0 unhealthy, -1 disabled.',
    exportedBy: 'health',
  },
  emailsSentTotal: {
    name: 'breakglass_mailprovider_emails_sent_total',
    type: 'counter',
    labels: ['provider'],
    help: 'Mails sent.',
    exportedBy: 'sender',
  },
  emailsFailedTotal: {
    name: 'breakglass_mailprovider_emails_failed_total',
    type: 'counter',
    labels: ['provider', 'reason'],
    help: 'Mails that could not be sent, by the label of the reason.',
    exportedBy: 'sender',
  },
} as const satisfies Readonly<Record<string, Metric>>;
