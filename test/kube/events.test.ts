import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ApiConnection, type EventContent, events, loadKubeConfig } from '@mailprovider/kube';
import { API_VERSION, KIND } from '@mailprovider/provider/identity';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import {
  providerOf,
  type SharedCluster,
  sharedCluster,
  WITHOUT_CLUSTER,
} from '../acceptance/shared-cluster.ts';

const REPORTER = { controller: 'mailprovider-health', instance: 'health-0' };

/** A connection with the rights of health. */
async function healthConnection(t: Test, { kubectl }: SharedCluster) {
  const account = ['mailprovider-health', '-n', 'mailprovider-system'];
  const { stdout: token } = await kubectl(['create', 'token', ...account]);
  const config = parse(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'));
  config.users[0].user = { token };
  const kubeconfig = join(t.testdir({ kubeconfig: stringify(config) }), 'kubeconfig');
  const connection = new ApiConnection(loadKubeConfig(kubeconfig));
  t.teardown(() => connection.close());
  return connection;
}

/** Stores a provider; returns what an Event about it says of it. */
async function stored(t: Test, cluster: SharedCluster, name: string) {
  const { kubectl } = cluster;
  await kubectl(['create', '-f', '-'], providerOf(cluster, name));
  t.teardown(() => kubectl(['delete', 'mailprovider', name]));
  const { stdout: uid } = await kubectl([
    'get',
    'mailprovider',
    name,
    '-ojsonpath={.metadata.uid}',
  ]);
  return { apiVersion: API_VERSION, kind: KIND, name, uid };
}

function transition(regarding: EventContent['regarding'], note: string): EventContent {
  const reason = 'ConnectionRefused';
  return { regarding, type: 'Warning', reason, action: 'Probe', note, time: new Date() };
}

t.test('an Event of health is shown by kubectl describe', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { create } = events(await healthConnection(t, cluster), REPORTER);
  const regarding = await stored(t, cluster, 'event-shown');
  await create(transition(regarding, 'smtp.example.com:587 refuses connections.'));
  const { stdout } = await cluster.kubectl(['describe', 'mailprovider', regarding.name]);
  t.match(
    stdout,
    /Warning +ConnectionRefused +\S+ +mailprovider-health +smtp\.example\.com:587 refuses/,
  );
});

t.test(
  'kubectl describe shows Events in the order of time',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { create } = events(await healthConnection(t, cluster), REPORTER);
    const regarding = await stored(t, cluster, 'event-order');
    const begin = Date.now();
    const notes = ['first', 'second', 'third', 'fourth', 'fifth'];
    for (const [i, note] of notes.entries()) {
      await create({ ...transition(regarding, `${note} note`), time: new Date(begin + i) });
    }
    const { stdout } = await cluster.kubectl(['describe', 'mailprovider', regarding.name]);
    t.strictSame(
      [...stdout.matchAll(/(\w+) note/g)].map(([, note]) => note),
      notes,
    );
  },
);

t.test('a note is cut to what the API server takes', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { create } = events(await healthConnection(t, cluster), REPORTER);
  const regarding = await stored(t, cluster, 'event-cut');
  await create(transition(regarding, `x${'é'.repeat(2_000)}`));
  // Health tells of it too.
  const mine = ['--field-selector', `involvedObject.uid=${regarding.uid},reason=ConnectionRefused`];
  const { stdout } = await cluster.kubectl([
    ...['get', 'events', '-n', 'default', ...mine],
    '-ojsonpath={.items[*].message}',
  ]);
  t.equal(stdout, `x${'é'.repeat(511)}`);
});

t.test(
  'Events about an object with the longest name are stored, each for itself',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { create } = events(await healthConnection(t, cluster), REPORTER);
    // The 236th character, after which a name is cut, is one that no name ends with.
    const name = `${'a'.repeat(235)}-${'b'.repeat(17)}`;
    const regarding = { apiVersion: API_VERSION, kind: KIND, name, uid: 'longest' };
    await Promise.all([1, 2].map((n) => create(transition(regarding, String(n)))));
    const mine = ['--field-selector', 'involvedObject.uid=longest'];
    const { stdout } = await cluster.kubectl(['get', 'events', '-n', 'default', ...mine, '-oname']);
    t.equal(stdout.split('\n').length, 2);
  },
);

t.test(
  'health may create Events and do nothing else with them',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const connection = await healthConnection(t, cluster);
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    const statusOf = async (method: 'GET' | 'PATCH' | 'DELETE', name = '') =>
      (
        await connection.request({
          method,
          path: path + name,
          ...(method === 'PATCH' ? { body: {}, contentType: 'application/merge-patch+json' } : {}),
        })
      ).status;
    t.equal(await statusOf('GET'), 403);
    t.equal(await statusOf('PATCH', '/any'), 403);
    t.equal(await statusOf('DELETE', '/any'), 403);
    const elsewhere = path.replace('default', 'mailprovider-system');
    const answer = await connection.request({ method: 'POST', path: elsewhere, body: {} });
    t.equal(answer.status, 403);
  },
);

t.test(
  'an Event that is refused names the call and the status',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { create } = events(await healthConnection(t, cluster), REPORTER);
    const regarding = { apiVersion: API_VERSION, kind: KIND, name: 'refused', uid: 'refused' };
    await t.rejects(create({ ...transition(regarding, 'x'), action: 'x'.repeat(129) }), {
      name: 'ApiError',
      message: 'create event ConnectionRefused of MailProvider refused: status 422',
    });
  },
);
