import t from 'tap';
import { fuzzWebhook } from '../webhook/fuzz-webhook.ts';

t.setTimeout(600_000);

t.test('100,000 fuzzed requests of a new seed leave the webhook process no larger', async (t) => {
  const { answers, faults, residentMiB } = await fuzzWebhook(t, 100_000, Date.now());
  t.strictSame(faults, []);
  const { afterQuarter, afterAll } = residentMiB;
  t.ok(afterAll <= afterQuarter + 20, `${afterQuarter} MiB after a quarter, ${afterAll} after all`);
  t.comment(JSON.stringify({ answers, residentMiB }));
});
