import { once } from 'node:events';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../nats/nats-under-test.ts';
import { launch } from './launch.ts';
import { WITHOUT_CLUSTER } from './shared-cluster.ts';
import { MAIL, submitClient } from './submit-client.ts';

/** No delivery is under way; Kubernetes kills after 30 s. */
const END_MS = 10_000;

t.test(
  'while NATS is away the sender stays in its Service to say so, is not restarted, and ends in time',
  { skip: WITHOUT_CLUSTER || WITHOUT_NATS },
  async (t) => {
    const nats = await natsUnderTest(t);
    const { child, serving } = launch(t, 'sender', [
      ...['--metrics-bind-address', '127.0.0.1:0', '--bind-address', '127.0.0.1:0'],
      ...['--engine', 'nats', '--nats-servers', nats.url, '--nats-replicas', '1'],
    ]);
    const operations = await serving('operations');
    const submit = await serving('submit');
    const { post } = submitClient(submit, 'none');
    const statusOf = async (path: string) => (await fetch(`${operations}${path}`)).status;
    while ((await statusOf('/readyz')) !== 200);

    await nats.stop();
    const refused = await post({ ...MAIL, provider: 'none-of-that-name' });
    t.equal(refused.status, 404, 'what is wrong is told all the same');
    const list = await fetch(`${submit}/v1/mails?state=dead`);
    t.equal(list.status, 503);
    t.ok(Number(list.headers.get('retry-after')) > 0);
    for (const path of ['/livez', '/readyz', '/metrics']) t.equal(await statusOf(path), 200, path);
    const begin = performance.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    t.equal(code, 0);
    t.ok(performance.now() - begin < END_MS);
  },
);
