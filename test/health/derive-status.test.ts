import { type CheckResult, deriveStatus } from '@mailprovider/health';
import { nextDelayMs, retryDelayMs } from '@mailprovider/health/schedule';
import { logFields } from '@mailprovider/health/status/log-fields';
import { decodeMailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import t from 'tap';
import {
  disabled,
  failed,
  invalid,
  LOGIN,
  noSecret,
  passed,
  refused,
  SHORT_TRACE,
  suspended,
} from './findings.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

function provider(status?: MailProviderStatus) {
  const decoded = decodeMailProvider({ metadata: { name: 'p', uid: 'u', generation: 4 }, status });
  if (decoded === undefined) throw new Error('no provider');
  return decoded;
}

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
    [disabled, ['False', 'Disabled'], ['Unknown', 'Disabled'], ['Unknown', 'Disabled']],
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
    'smtp.example.com:587: failed in stage auth (reply 535): the server refused the user name or the password; check spec.smtp.username and the Secret. The login is not tried again before 2026-01-01T01:00:00Z, unless the Secret, the user name or the server changes.',
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
  t.equal(nextDelayMs(disabled, intervals, 0.5), undefined);
});

t.test('a refused login is not repeated for an hour', async (t) => {
  const first = deriveStatus(provider(), refused, at(0));
  const record = {
    ...LOGIN,
    until: '2026-01-01T01:00:00Z',
    reason: 'AuthenticationFailed',
    code: 535,
  } as const;
  t.strictSame(first.authSuspension, record);
  const second = deriveStatus(provider({ ...first }), suspended(record), at(30));
  t.strictSame(second, first, 'what is left out meanwhile changes nothing');
  const unreachable = deriveStatus(provider({ ...second }), failed('connect', 'Timeout'), at(31));
  t.strictSame(unreachable.authSuspension, record, 'another failure does not end it');
  const later = deriveStatus(provider({ ...unreachable }), failed('connect', 'Timeout'), at(61));
  t.equal(later.authSuspension, undefined, 'its time does');
  const healed = deriveStatus(provider({ ...first }), passed, at(5));
  t.equal(healed.authSuspension, undefined, 'and so does a login that succeeds');
});

t.test('a login that failed for now is repeated in growing pauses', async (t) => {
  const throttled = failed('auth', 'AuthThrottled', 454);
  const pauses: number[] = [];
  let status: MailProviderStatus | undefined;
  let now = at(0);
  for (let i = 0; i < 8; i += 1) {
    const next = deriveStatus(provider(status), throttled, now);
    const until = new Date(next.authSuspension?.until ?? 0);
    pauses.push((until.getTime() - now.getTime()) / 1000);
    status = { ...next };
    now = until;
  }
  t.strictSame(pauses, [30, 30, 60, 120, 240, 480, 900, 900]);
});

t.test('no login, no suspension', async (t) => {
  for (const result of [failed('auth', 'AuthNotOffered'), failed('connect', 'ConnectionRefused')]) {
    if (result.probe.healthy) continue;
    const untried = { ...result, probe: { ...result.probe, trace: SHORT_TRACE } };
    t.equal(deriveStatus(provider(), untried, at(0)).authSuspension, undefined);
  }
});

t.test('the end of the certificate is what the server last showed', async (t) => {
  const first = deriveStatus(provider(), passed, at(0));
  t.equal(first.certificateExpiry, '2027-03-01T00:00:00Z');
  const stored = provider({ ...first });
  const expiry = (result: CheckResult) => deriveStatus(stored, result, at(1)).certificateExpiry;
  t.equal(expiry(failed('connect', 'Timeout')), '2027-03-01T00:00:00Z');
  const plain = { ...passed, probe: { healthy: true, trace: SHORT_TRACE } } as const;
  t.equal(expiry(plain), undefined, 'a session without TLS has none');
  t.equal(expiry(disabled), undefined);
});

t.test('what could not be done is tried again after 1 s, doubling to 30 s at most', async (t) => {
  const pauses = (unhealthyMs: number) =>
    [1, 2, 3, 6, 20].map((failures) => retryDelayMs(failures, { healthyMs: 1, unhealthyMs }));
  t.strictSame(pauses(30_000), [1_000, 2_000, 4_000, 30_000, 30_000]);
  t.strictSame(pauses(3_600_000), [1_000, 2_000, 4_000, 30_000, 30_000]);
  t.strictSame(pauses(2_000), [1_000, 2_000, 2_000, 2_000, 2_000]);
});

t.test('the record of another login is kept, and nothing is said of it', async (t) => {
  const standing = deriveStatus(provider(), refused, at(0));
  const { login, ...anonymous } = failed('connect', 'ConnectionRefused');
  const otherLogin = { ...LOGIN, secretVersion: '8' };
  const other: CheckResult = { ...anonymous, login: { state: 'due', login: otherLogin } };
  for (const result of [other, anonymous]) {
    const status = deriveStatus(provider({ ...standing }), result, at(1));
    t.strictSame(status.authSuspension, standing.authSuspension);
    for (const { message } of status.conditions) t.notMatch(message, /not tried again/);
    t.equal(logFields('p', result, status, 0)['authSuspendedUntil'], undefined);
  }
});
