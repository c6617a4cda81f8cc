import process from 'node:process';
import { startCluster } from '@mailprovider/cluster';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { requiredPrograms, WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';

t.test(
  'what was stored while the webhook was absent is told in status',
  {
    skip: WITHOUT_PROGRAMS,
  },
  async (t) => {
    const cluster = await startCluster({
      programs: requiredPrograms(),
      environment: process.env,
      progress: () => {},
      signal: new AbortController().signal,
    });
    t.teardown(() => cluster.close());
    const kubectl = (args: readonly string[], input = '') =>
      execa('kubectl', args, { input, reject: false, env: { ...cluster.environment } });

    const provider = JSON.stringify({
      apiVersion: API_VERSION,
      kind: 'MailProvider',
      metadata: { name: 'stored' },
      spec: {
        smtp: { host: 'smtp.example.com', port: 587, username: 'no password' },
        sender: { address: 'noreply@example.com' },
      },
    });
    t.match(await kubectl(['create', '-f', '-'], provider), { exitCode: 1 });
    const registrations = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];
    for (const kind of registrations) await kubectl(['delete', kind, '--all']);
    // The API server takes a moment to see that nobody is to be asked any more.
    while ((await kubectl(['create', '-f', '-'], provider)).exitCode !== 0);

    const path = '{.status.conditions[?(@.type=="Ready")].reason}';
    const wait = ['wait', 'mailprovider/stored', `--for=jsonpath=${path}=ValidationFailed`];
    t.match(await kubectl([...wait, '--timeout=5s']), { exitCode: 0 });
    const message = path.replace('.reason', '.message');
    t.match(await kubectl(['get', 'mailprovider', 'stored', '-o', `jsonpath=${message}`]), {
      stdout:
        'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    });
  },
);
