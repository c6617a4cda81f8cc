import type { SessionReason, Stage } from '../reasons.ts';
import { CONNECTION_REASONS } from './connection-reasons.ts';
import type { SessionGuidance } from './guidance.ts';
import { LOGIN_REASONS } from './login-reasons.ts';
import { PROTOCOL_REASONS } from './protocol-reasons.ts';
import { TLS_REASONS } from './tls-reasons.ts';

/** What to know of each reason of Healthy=False beside its words in status (`SESSION_REASON_TEXT`). */
export const SESSION_REASON_GUIDE: Readonly<Record<SessionReason, SessionGuidance>> = {
  ...CONNECTION_REASONS,
  ...PROTOCOL_REASONS,
  ...TLS_REASONS,
  ...LOGIN_REASONS,
};

/** The stages in which a session can fail for that reason, in their order. */
export function stagesOf(reason: SessionReason): readonly Stage[] {
  return SESSION_REASON_GUIDE[reason].stages;
}
