import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { ApiConnection, loadKubeConfig, mailProviders, secrets } from '@mailprovider/kube';
import { createLogger } from '@mailprovider/process';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import {
  providerOf,
  secretOf,
  sharedCluster,
  WITHOUT_CLUSTER,
} from '../acceptance/shared-cluster.ts';

const logger = createLogger('test', 'silent');

function connectionOf(t: Test, kubeconfig = process.env['KUBECONFIG']) {
  const connection = new ApiConnection(loadKubeConfig(kubeconfig));
  t.teardown(() => connection.close());
  return connection;
}

/** Collects what a watch tells; `until` waits for a line that matches. */
function recorder() {
  const lines: string[] = [];
  let told = () => {};
  const tell = (line: string) => {
    lines.push(line);
    told();
  };
  const until = async (pattern: RegExp) => {
    while (!lines.some((line) => pattern.test(line))) {
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    }
  };
  return { lines, tell, until };
}

t.test(
  'a watch tells what is there and every change of it',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { kubectl } = cluster;
    const stop = new AbortController();
    const { tell, until } = recorder();
    await kubectl(['apply', '-f', '-'], providerOf(cluster, 'watched-before'));
    const watching = mailProviders(connectionOf(t)).watch(
      {
        replaced: (all) => tell(`replaced ${all.map(({ metadata }) => metadata.name).join(' ')}`),
        stored: ({ metadata }) => tell(`stored ${metadata.name} ${metadata.generation}`),
        deleted: ({ metadata }) => tell(`deleted ${metadata.name}`),
      },
      { logger, signal: stop.signal },
    );
    await until(/^replaced .*watched-before/);
    await kubectl(['apply', '-f', '-'], providerOf(cluster, 'watched-after'));
    await until(/^stored watched-after 1$/);
    await kubectl(['apply', '-f', '-'], providerOf(cluster, 'watched-after', { port: 26 }));
    await until(/^stored watched-after 2$/);
    await kubectl(['delete', 'mailprovider', 'watched-before', 'watched-after']);
    await until(/^deleted watched-after$/);
    stop.abort();
    await watching;
  },
);

t.test(
  'a watch of Secrets sees versions and never values',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { kubectl } = cluster;
    const stop = new AbortController();
    const { lines, tell, until } = recorder();
    const watching = secrets(connectionOf(t), cluster.namespace).watch(
      {
        replaced: (all) => tell(`replaced ${all.length}`),
        stored: (secret) => tell(`stored ${JSON.stringify(secret)}`),
        deleted: ({ name }) => tell(`deleted ${name}`),
      },
      { logger, signal: stop.signal },
    );
    await until(/^replaced/);
    await kubectl(['apply', '-f', '-'], secretOf('watched', { password: 'canary' }));
    await until(/^stored .*"watched"/);
    await kubectl(['delete', 'secret', 'watched']);
    await until(/^deleted watched$/);
    stop.abort();
    await watching;
    t.notMatch(lines.join('\n'), /canary|Y2FuYXJ5/);
  },
);

t.test('a Secret that is not there is "not-found"', { skip: WITHOUT_CLUSTER }, async (t) => {
  const reader = secrets(connectionOf(t), sharedCluster().namespace);
  await t.rejects(reader.read('none'), {
    reason: 'not-found',
    message: /^read secret .*\/none: status 404$/,
  });
});

/** The shared kubeconfig with changes, as a file in the folder. */
async function kubeconfigWith(
  folder: string,
  change: (config: ReturnType<typeof parse>) => void,
): Promise<string> {
  const config = parse(await readFile(process.env['KUBECONFIG'] ?? '', 'utf8'));
  change(config);
  const file = join(folder, 'kubeconfig');
  await writeFile(file, stringify(config));
  return file;
}

t.test('many calls share few connections', { skip: WITHOUT_CLUSTER }, async (t) => {
  let connections = 0;
  let target = new URL('https://127.0.0.1');
  const proxy = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.pipe(upstream).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => proxy.close());
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = await kubeconfigWith(t.testdir({}), (config) => {
    target = new URL(config.clusters[0].cluster.server);
    config.clusters[0].cluster.server = `https://127.0.0.1:${port}`;
  });
  const providers = mailProviders(connectionOf(t, kubeconfig));
  await Promise.all(Array.from({ length: 100 }, () => providers.list()));
  t.ok(connections <= 16, `${connections} connections for 100 calls`);
});

t.test('a kubeconfig may name a token file', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const account = ['mailprovider-webhook', '-n', 'mailprovider-system'];
  const { stdout: token } = await cluster.kubectl(['create', 'token', ...account]);
  const kubeconfig = await kubeconfigWith(t.testdir({ token }), (config) => {
    config.users[0].user = { tokenFile: 'token' };
  });
  const connection = connectionOf(t, kubeconfig);
  t.ok(await mailProviders(connection).list(), 'it may list');
  await t.rejects(secrets(connection, cluster.namespace).read('none'), {
    message: /status 403$/,
  });
});
