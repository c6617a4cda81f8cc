import { type CheckResult, deriveStatus } from '@mailprovider/health';
import { nextDelayMs } from '@mailprovider/health/schedule';
import { decodeMailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import { targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import t from 'tap';
import { specWithCredentials } from '../provider/minimal-spec.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

function provider(status?: MailProviderStatus) {
  const decoded = decodeMailProvider({ metadata: { name: 'p', uid: 'u', generation: 4 }, status });
  if (decoded === undefined) throw new Error('no provider');
  return decoded;
}

function target() {
  const result = validateSpec(specWithCredentials());
  if (!result.valid) throw new Error('not valid');
  return targetOf(result.spec);
}

const ref = { name: 'smtp-secret', key: 'password', namespace: 'mail' };
const password = { state: 'loaded', ref } as const;
const passed: CheckResult = {
  kind: 'probed',
  target: target(),
  password,
  probe: { healthy: true, encrypted: true, verified: true },
};
const refused: CheckResult = {
  kind: 'probed',
  target: target(),
  password,
  probe: {
    healthy: false,
    failure: { stage: 'auth', reason: 'AuthenticationFailed', permanent: true, code: 535 },
  },
};
const noSecret: CheckResult = {
  kind: 'password-not-loaded',
  password: { state: 'not-loaded', ref, reason: 'SecretNotFound' },
};
const invalid: CheckResult = {
  kind: 'invalid',
  errors: [{ kind: 'required', path: 'spec.smtp', detail: 'must be an object' }],
};

t.test('each result yields the three conditions of the table', async (t) => {
  const table: [CheckResult, [string, string], [string, string], [string, string]][] = [
    [passed, ['True', 'Configured'], ['True', 'HealthCheckPassed'], ['True', 'SecretLoaded']],
    [
      refused,
      ['False', 'HealthCheckFailed'],
      ['False', 'AuthenticationFailed'],
      ['True', 'SecretLoaded'],
    ],
    [
      noSecret,
      ['False', 'PasswordNotLoaded'],
      ['Unknown', 'PasswordNotLoaded'],
      ['False', 'SecretNotFound'],
    ],
    [invalid, ['False', 'ValidationFailed'], ['Unknown', 'Pending'], ['Unknown', 'Pending']],
    [{ kind: 'disabled' }, ['False', 'Disabled'], ['Unknown', 'Disabled'], ['Unknown', 'Disabled']],
  ];
  for (const [result, ready, healthy, passwordLoaded] of table) {
    const { conditions, observedGeneration } = deriveStatus(provider(), result, at(0));
    t.equal(observedGeneration, 4);
    t.strictSame(
      conditions.map(({ type, status, reason }) => [type, status, reason]),
      [
        ['Ready', ...ready],
        ['Healthy', ...healthy],
        ['PasswordLoaded', ...passwordLoaded],
      ],
    );
    for (const condition of conditions) t.equal(condition.observedGeneration, 4);
  }
});

t.test('messages name where it failed, the reply code and what to look at', async (t) => {
  const messages = (result: CheckResult) =>
    deriveStatus(provider(), result, at(0)).conditions.map(({ message }) => message);
  t.equal(
    messages(refused)[1],
    'smtp.example.com:587: failed in stage auth (reply 535): the server refused the user name or the password; check spec.smtp.username and the Secret.',
  );
  t.equal(messages(passed)[1], 'smtp.example.com:587: authenticated over STARTTLS.');
  t.equal(
    messages(noSecret)[2],
    'Secret "mail/smtp-secret" does not exist; create it or correct spec.smtp.passwordRef.',
  );
  t.equal(messages(invalid)[0], 'spec.smtp: Required value: must be an object');
});

t.test('lastHealthCheck is the time of the last success and stays through failures', async (t) => {
  const first = deriveStatus(provider(), passed, at(0));
  t.equal(first.lastHealthCheck, '2026-01-01T00:00:00Z');
  const failed = deriveStatus(provider({ ...first }), refused, at(5));
  t.equal(failed.lastHealthCheck, '2026-01-01T00:00:00Z');
  t.equal(deriveStatus(provider(), refused, at(5)).lastHealthCheck, undefined);
});

t.test('equal results differ in nothing but the time of the success', async (t) => {
  const first = deriveStatus(provider(), passed, at(0));
  const second = deriveStatus(provider({ ...first }), passed, at(5));
  t.strictSame(second, { ...first, lastHealthCheck: '2026-01-01T00:05:00Z' });
});

t.test('the next check is 5 minutes after a success and 30 seconds after a failure', async (t) => {
  const intervals = { healthyMs: 300_000, unhealthyMs: 30_000 };
  t.equal(nextDelayMs(passed, intervals, 0.5), 300_000);
  t.equal(nextDelayMs(passed, intervals, 0), 270_000);
  t.equal(nextDelayMs(refused, intervals, 0.5), 30_000);
  t.equal(nextDelayMs(noSecret, intervals, 0.5), 30_000);
  t.equal(nextDelayMs(invalid, intervals, 0.5), undefined);
  t.equal(nextDelayMs({ kind: 'disabled' }, intervals, 0.5), undefined);
});
