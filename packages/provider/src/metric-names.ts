/** Names of the metrics; label names beside them are part of the promise. */
export const METRICS = {
  /** {provider, status="enabled"|"disabled"} */
  configured: 'breakglass_mailprovider_configured',
  /** {provider, result="success" or a reason's label} */
  healthCheckTotal: 'breakglass_mailprovider_health_check_total',
  /** {provider} */
  healthCheckDuration: 'breakglass_mailprovider_health_check_duration_seconds',
  /** {provider}: 1 healthy, 0 unhealthy, -1 disabled */
  status: 'breakglass_mailprovider_status',
} as const;
