import type { CheckResult } from '@mailprovider/health';
import type { SessionReason, Stage } from '@mailprovider/provider/reasons';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import type { SessionTrace } from '@mailprovider/smtp';
import { specWithCredentials } from '../provider/minimal-spec.ts';

export const REF = { name: 'smtp-secret', key: 'password', namespace: 'mail' };
export const LOGIN = { target: 'smtp.example.com:587', user: 'user', secretVersion: '7' };
export const CERTIFICATE_END = new Date('2027-03-01T00:00:00Z');

export function exampleTarget() {
  const result = validateSpec(specWithCredentials());
  if (!result.valid) throw new Error('not valid');
  return targetOf(result.spec);
}

/** A session that came to AUTH over verified TLS. */
export const TRACE: SessionTrace = {
  stages: [
    { stage: 'dns', seconds: 0.001 },
    { stage: 'connect', seconds: 0.002 },
    { stage: 'ehlo', seconds: 0.01 },
    { stage: 'starttls', seconds: 0.03 },
    { stage: 'ehlo', seconds: 0.02 },
    { stage: 'auth', seconds: 0.25 },
  ],
  address: '192.0.2.1',
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    verified: true,
    certificate: {
      subject: 'CN=smtp.example.com',
      issuer: 'CN=example',
      names: ['smtp.example.com'],
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: CERTIFICATE_END,
      fingerprint256: 'AB:CD',
    },
  },
  loginAttempted: true,
};

/** A session that ended before anything was said. */
export const SHORT_TRACE: SessionTrace = {
  stages: [{ stage: 'connect', seconds: 10 }],
  loginAttempted: false,
};

type Probed = Extract<CheckResult, { kind: 'probed' }>;

const base = {
  kind: 'probed',
  target: exampleTarget(),
  password: { state: 'loaded', ref: REF, trimmed: false },
  login: { state: 'due', login: LOGIN },
} as const;

export const passed: Probed = { ...base, probe: { healthy: true, trace: TRACE } };

export function failed(stage: Stage, reason: SessionReason, code?: number): Probed {
  const failure = { stage, reason, permanent: true, ...(code === undefined ? {} : { code }) };
  const trace = stage === 'auth' ? TRACE : SHORT_TRACE;
  return { ...base, probe: { healthy: false, failure, trace } };
}

/** What a check finds that leaves the login out. */
export function suspended(record: AuthSuspension): Probed {
  const { reason, code } = record;
  const trace = { ...TRACE, loginAttempted: false };
  const { probe } = failed('auth', reason, code);
  return { ...base, login: { state: 'suspended', record }, probe: { ...probe, trace } };
}

export const refused = failed('auth', 'AuthenticationFailed', 535);

export const noSecret: CheckResult = {
  kind: 'password-not-loaded',
  password: { state: 'not-loaded', ref: REF, reason: 'SecretNotFound' },
};

export const invalid: CheckResult = {
  kind: 'invalid',
  errors: [{ kind: 'required', path: 'spec.smtp', detail: 'must be an object' }],
};

export const disabled: CheckResult = { kind: 'disabled' };
