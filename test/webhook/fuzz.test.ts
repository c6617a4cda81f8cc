import t from 'tap';
import { fuzzWebhook } from './fuzz-webhook.ts';

t.test('the webhook process answers 2,000 fuzzed requests, each as it should', async (t) => {
  const { answers, faults, residentMiB } = await fuzzWebhook(t, 2_000, 1);
  t.strictSame(faults, []);
  t.ok((answers[200] ?? 0) > 500, 'many are reviews');
  t.ok((answers[400] ?? 0) > 300, 'many are none');
  // A process that has just started still grows; what leaks shows in the soak test.
  t.ok(residentMiB.afterAll < 400, `${residentMiB.afterAll} MiB`);
});
