import t from 'tap';
import { requireRight } from '#bench/probe/condition-round';
import { type Verdict, verdictOf } from '#bench/probe/verdicts';

function provider(generation: number, observedGeneration: number, status: 'True' | 'Unknown') {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const texts = { reason: 'HealthCheckPassed', message: '', lastTransitionTime };
  return {
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', generation },
    status: { conditions: [{ type: 'Healthy', status, observedGeneration, ...texts }] },
  };
}

t.test('takes only True and False of the current generation for a verdict', async (t) => {
  const verdict = { healthy: true, reason: 'HealthCheckPassed', at: 5 };
  t.strictSame(verdictOf(provider(2, 2, 'True'), 5), verdict);
  t.equal(verdictOf(provider(2, 1, 'True'), 5), undefined);
  t.equal(verdictOf(provider(2, 2, 'Unknown'), 5), undefined);
  t.equal(verdictOf({ ...provider(2, 2, 'True'), status: undefined }, 5), undefined);
});

t.test('refuses figures of a health that is wrong', async (t) => {
  const planned = [
    { name: 'a', port: 1, silent: false },
    { name: 'b', port: 2, silent: true },
  ];
  const passed: Verdict = { healthy: true, reason: 'HealthCheckPassed', at: 1 };
  const timedOut: Verdict = { healthy: false, reason: 'Timeout', at: 1 };
  const refused: Verdict = { healthy: false, reason: 'ConnectionRefused', at: 1 };
  const judge = (a: Verdict, b: Verdict) => () => {
    requireRight(
      planned,
      new Map([
        ['a', a],
        ['b', b],
      ]),
    );
  };
  t.doesNotThrow(judge(passed, timedOut));
  t.throws(judge(timedOut, timedOut), /of 1 providers .*a \(answering\): false Timeout/);
  t.throws(judge(passed, passed), /b \(silent\): true HealthCheckPassed/);
  t.throws(judge(passed, refused), /b \(silent\): false ConnectionRefused/);
});
