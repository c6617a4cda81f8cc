import { metricOptions } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Answer } from './admission/handlers.ts';
import type { Operation } from './admission/review.ts';
import { CLAIM_OUTCOMES, type ClaimOutcome } from './default-claim/claim-outcome.ts';

export type Webhook = 'validate' | 'mutate';

/** One answered call; the operation is UNKNOWN where the body was no review. */
export interface AnsweredCall {
  readonly webhook: Webhook;
  readonly operation: Operation | 'UNKNOWN';
  readonly verdict: Answer['verdict'];
  readonly seconds: number;
}

export interface WebhookMetrics {
  started(): void;
  answered(call: AnsweredCall): void;
  claimed(outcome: ClaimOutcome): void;
}

/** A verdict without I/O takes microseconds; a claim some calls of the API server, 5 s at most. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Series that are there from the start, so that a first increase is seen as one. */
function initialise(requests: Counter, duration: Histogram, claims: Counter): void {
  for (const webhook of ['validate', 'mutate']) {
    const verdicts = webhook === 'validate' ? ['allowed', 'denied', 'error'] : ['allowed', 'error'];
    for (const verdict of verdicts) {
      requests.inc({ webhook, operation: 'CREATE', verdict }, 0);
      requests.inc({ webhook, operation: 'UPDATE', verdict }, 0);
    }
    requests.inc({ webhook, operation: 'UNKNOWN', verdict: 'error' }, 0);
    duration.zero({ webhook });
  }
  for (const outcome of CLAIM_OUTCOMES) claims.inc({ outcome }, 0);
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const requests = new Counter(metricOptions(METRICS.admissionRequestsTotal, registry));
  const duration = new Histogram({
    ...metricOptions(METRICS.admissionDuration, registry),
    buckets: DURATION_BUCKETS,
  });
  let underWay = 0;
  const inFlight: Gauge = new Gauge({
    ...metricOptions(METRICS.admissionInFlight, registry),
    collect: () => inFlight.set(underWay),
  });
  const claims = new Counter(metricOptions(METRICS.defaultClaimsTotal, registry));
  initialise(requests, duration, claims);
  return {
    started() {
      underWay += 1;
    },
    answered({ webhook, operation, verdict, seconds }) {
      underWay -= 1;
      requests.inc({ webhook, operation, verdict });
      duration.observe({ webhook }, seconds);
    },
    claimed: (outcome) => claims.inc({ outcome }),
  };
}
