import { type CheckResult, deriveStatus } from '@mailprovider/health';
import { eventsOf } from '@mailprovider/health/events/status-events';
import type { Condition } from '@mailprovider/provider/status-schema';
import t from 'tap';
import { disabled, failed, invalid, noSecret, passed, REF, refused } from './findings.ts';
import { providerObject } from './provider-object.ts';

const NOW = new Date('2026-01-01T00:00:00Z');

function conditionsAfter(result: CheckResult): readonly Condition[] {
  return deriveStatus(providerObject('p'), result, NOW).conditions;
}

/** The events of a check after another one, or of the first one. */
function told(before: CheckResult | undefined, after: CheckResult): string[] {
  const known = before === undefined ? undefined : conditionsAfter(before);
  return eventsOf(known, conditionsAfter(after), after).map(
    ({ type, reason }) => `${type} ${reason}`,
  );
}

t.test('each transition is one event, of the condition that says why', async (t) => {
  t.strictSame(told(undefined, passed), ['Normal HealthCheckPassed']);
  t.strictSame(told(passed, refused), ['Warning AuthenticationFailed']);
  t.strictSame(told(refused, failed('connect', 'Timeout')), ['Warning Timeout']);
  t.strictSame(told(refused, passed), ['Normal HealthCheckPassed']);
  t.strictSame(told(passed, noSecret), ['Warning SecretNotFound']);
  t.strictSame(told(noSecret, passed), ['Normal HealthCheckPassed']);
  t.strictSame(told(passed, invalid), ['Warning ValidationFailed']);
  t.strictSame(told(passed, disabled), ['Normal Disabled']);
});

t.test('what is as it was is no event', async (t) => {
  for (const result of [passed, refused, noSecret, invalid, disabled]) {
    t.strictSame(told(result, result), []);
  }
});

t.test('a final line break is warned of once', async (t) => {
  const trimmed: CheckResult = {
    ...passed,
    password: { state: 'loaded', ref: REF, trimmed: true },
  };
  t.strictSame(told(undefined, trimmed), [
    'Normal HealthCheckPassed',
    'Warning SecretValueTrimmed',
  ]);
  t.strictSame(told(trimmed, trimmed), []);
  t.strictSame(told(passed, trimmed), ['Warning SecretValueTrimmed']);
});
