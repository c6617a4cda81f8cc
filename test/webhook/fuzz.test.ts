import t from 'tap';
import { fuzzWebhook } from './fuzz-webhook.ts';

t.test(
  'the webhook process answers 20,000 fuzzed requests, each as it should, and grows no larger',
  async (t) => {
    const { answers, faults, residentMiB } = await fuzzWebhook(t, 20_000, 1);
    t.strictSame(faults, []);
    t.ok((answers[200] ?? 0) > 5_000, 'many are reviews');
    t.ok((answers[400] ?? 0) > 3_000, 'many are none');
    const { afterQuarter, afterAll } = residentMiB;
    t.ok(
      afterAll <= afterQuarter + 20,
      `${afterQuarter} MiB after a quarter, ${afterAll} in the end`,
    );
  },
);
