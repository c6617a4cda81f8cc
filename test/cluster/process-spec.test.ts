import { defaultProcesses } from '@mailprovider/cluster';
import t from 'tap';

const INPUTS = {
  kubeconfig: '/tmp/kubeconfig',
  credentialsNamespace: 'credentials',
  certificateFile: '/tmp/tls.crt',
  keyFile: '/tmp/tls.key',
  dataDirectory: '/tmp/data',
};

t.test('each process has a name of its own, the first that of its kind', async (t) => {
  t.strictSame(
    defaultProcesses({ webhooks: 3, health: 2 }).map(({ name }) => name),
    ['webhook', 'webhook-2', 'webhook-3', 'health', 'health-2', 'sender'],
  );
  t.strictSame(
    defaultProcesses().map(({ name }) => name),
    ['webhook', 'health', 'sender'],
  );
  t.strictSame(
    defaultProcesses({ sender: false }).map(({ name }) => name),
    ['webhook', 'health'],
  );
});

t.test('further flags come last, at each process of the kind', async (t) => {
  const webhookFlags = ['--log-level', 'debug'];
  const healthFlags = ['--concurrency', '1'];
  const senderFlags = ['--max-recipients', '2'];
  const further: Readonly<Record<string, readonly string[]>> = {
    webhook: webhookFlags,
    'webhook-2': webhookFlags,
    health: healthFlags,
    sender: senderFlags,
  };
  for (const spec of defaultProcesses({ webhooks: 2, webhookFlags, healthFlags, senderFlags })) {
    t.strictSame(spec.flags(INPUTS).slice(-2), further[spec.name], spec.name);
  }
});
