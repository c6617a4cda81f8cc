/** A metric as Prometheus sees it; name and labels are promises to users. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  readonly exportedBy: 'health' | 'sender' | 'webhook';
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
  probeStageDuration: {
    name: 'breakglass_mailprovider_probe_stage_duration_seconds',
    type: 'gauge',
    labels: ['provider', 'stage'],
    help: 'Duration in seconds of each stage that the last probe came to.',
    exportedBy: 'health',
  },
  lastProbe: {
    name: 'breakglass_mailprovider_last_probe_timestamp_seconds',
    type: 'gauge',
    labels: ['provider'],
    help: 'When the server was last probed, whatever came of it.',
    exportedBy: 'health',
  },
  lastSuccess: {
    name: 'breakglass_mailprovider_last_success_timestamp_seconds',
    type: 'gauge',
    labels: ['provider'],
    help: 'When a check last succeeded, as status.lastHealthCheck has it.',
    exportedBy: 'health',
  },
  serverCertificateExpiry: {
    name: 'breakglass_mailprovider_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    labels: ['provider'],
    help: 'When the certificate that the SMTP server last showed ends.',
    exportedBy: 'health',
  },
  authSuspended: {
    name: 'breakglass_mailprovider_auth_suspended',
    type: 'gauge',
    labels: ['provider'],
    help: '1 while no login is tried because the last one failed, else 0.',
    exportedBy: 'health',
  },
  electedDefault: {
    name: 'breakglass_mailprovider_elected_default',
    type: 'gauge',
    labels: ['provider'],
    help: 'The MailProvider that is used where none is named; always 1.',
    exportedBy: 'health',
  },
  leader: {
    name: 'leader_election_master_status',
    type: 'gauge',
    labels: ['name'],
    help: '1 while this process holds the Lease of that name, 0 while another does.',
    exportedBy: 'health',
  },
  defaultProviders: {
    name: 'breakglass_mailprovider_default_providers',
    type: 'gauge',
    labels: [],
    help: 'Enabled MailProviders with default: true; more than 1 were stored without admission.',
    exportedBy: 'health',
  },
  watchLastHeard: {
    name: 'breakglass_mailprovider_watch_last_heard_timestamp_seconds',
    type: 'gauge',
    labels: ['resource'],
    help: 'When the watch of a resource (mailproviders, secrets, leases) last told a list, a change or a bookmark, which comes every minute.',
    exportedBy: 'health',
  },
  watchFailures: {
    name: 'breakglass_mailprovider_watch_failures_total',
    type: 'counter',
    labels: ['resource'],
    help: 'Interruptions of the watch of a resource; it was tried again after each.',
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
  certificateExpiry: {
    name: 'breakglass_mailprovider_webhook_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    labels: ['kind'],
    help: 'When the certificate that is served (leaf) and, if the webhook keeps it itself, the authority that signs it (ca) end.',
    exportedBy: 'webhook',
  },
  certificateReloads: {
    name: 'breakglass_mailprovider_webhook_certificate_reloads_total',
    type: 'counter',
    labels: ['result'],
    help: 'Certificates taken in use after the first (success), and failures to read, renew or publish one (error).',
    exportedBy: 'webhook',
  },
} as const satisfies Readonly<Record<string, Metric>>;
