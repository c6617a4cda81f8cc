import {
  ApiError,
  type DefaultClaims,
  type Events,
  type MailProviders,
  statusApply,
} from '@mailprovider/kube';
import type { Logger } from '@mailprovider/process';
import { API_VERSION, KIND } from '@mailprovider/provider/identity';
import type { ClaimStore, DefaultConditionWriter, EventSink, StatusWriter } from './ports.ts';

/** Owner of the status fields of a check, in `metadata.managedFields`. */
const CHECK_MANAGER = 'mailprovider-health';
/** Owner of the Default condition, which is written at other times. */
const DEFAULT_MANAGER = 'mailprovider-health-default';

/** Writes what a check found out to the API server. */
export function kubeStatusWriter(providers: MailProviders, logger: Logger): StatusWriter {
  const apply = statusApply(providers, CHECK_MANAGER, logger);
  return { write: (provider, status) => apply(provider, { ...status }) };
}

/** Writes the Default condition to the API server, and nothing else of the status. */
export function kubeDefaultConditionWriter(
  providers: MailProviders,
  logger: Logger,
): DefaultConditionWriter {
  const apply = statusApply(providers, DEFAULT_MANAGER, logger);
  return {
    write: (provider, condition) =>
      apply(provider, condition === undefined ? {} : { conditions: [condition] }),
  };
}

/** Stores events in the API server, where `kubectl describe` finds them. */
export function kubeEventSink(events: Events): EventSink {
  return {
    create({ metadata: { name, uid } }, { message, ...event }, time) {
      const regarding = { apiVersion: API_VERSION, kind: KIND, name, uid };
      return events.create({ ...event, regarding, note: message, time });
    },
  };
}

/** Keeps the claim where the webhook does. */
export function kubeClaimStore(claims: DefaultClaims): ClaimStore {
  return {
    read: () => claims.read(),
    async write(claim, over) {
      try {
        await claims.write(claim, over);
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'conflict') return false;
        throw error;
      }
    },
  };
}
