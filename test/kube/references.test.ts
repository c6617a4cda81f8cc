import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultProcesses } from '@mailprovider/cluster';
import { ApiConnection, loadKubeConfig, mailProviders, references } from '@mailprovider/kube';
import { API_VERSION } from '@mailprovider/provider/identity';
import { selectProvider } from '@mailprovider/sender/selection/select-provider';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import { ownCluster } from '../acceptance/leader-cluster.ts';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { scriptedApiServer } from './scripted-api-server.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const DEFINITIONS = ['breakglass-escalation-crd.yaml', 'cluster-config-crd.yaml'];

function escalation(name: string, namespace: string, spec?: object) {
  const kind = 'BreakglassEscalation';
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec };
}

async function referringCluster(t: Test) {
  const cluster = await ownCluster(t, defaultProcesses({ health: 0 }));
  const connection = new ApiConnection(loadKubeConfig(cluster.environment.KUBECONFIG));
  t.teardown(() => connection.close());
  const mustApply = async (input: object) => {
    const applied = await cluster.kubectl(['apply', '-f', '-'], input);
    if (applied.exitCode !== 0) throw new Error(applied.stderr);
  };
  const { lookUp } = references(connection);
  return { ...cluster, connection, lookUp, mustApply };
}

t.test('in a cluster', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const { connection, environment, kubectl, lookUp, mustApply } = await referringCluster(t);

  await t.test('a kind that is not installed is told from an object', async (t) => {
    const missing = { found: false, why: 'no-such-kind' };
    t.strictSame(await lookUp('BreakglassEscalation', 'any', undefined), missing);
    t.strictSame(await lookUp('ClusterConfig', 'any', 'default'), missing);
  });

  const files = DEFINITIONS.map((name) => `--filename=${join(FIXTURES, name)}`);
  t.match(await kubectl(['apply', ...files]), { exitCode: 0 });
  // The API server answers 404, then 429, until it serves what was defined.
  const kinds = 'breakglassescalations,clusterconfigs';
  while ((await kubectl(['get', kinds, '--all-namespaces'])).exitCode !== 0);
  for (const namespace of ['team-a', 'team-b']) await kubectl(['create', 'namespace', namespace]);
  await mustApply(escalation('one', 'team-a', { mailProvider: 'mail-a' }));
  await mustApply(escalation('both', 'team-a', { mailProvider: 'mail-a' }));
  await mustApply(escalation('both', 'team-b', { mailProvider: 'mail-b' }));
  await mustApply(escalation('silent', 'team-a', { notificationMails: ['oncall@example.com'] }));
  await mustApply(escalation('empty', 'team-a'));

  await t.test('an object is found by its name alone, or in its namespace', async (t) => {
    const found = { found: true, mailProvider: 'mail-a' };
    t.strictSame(await lookUp('BreakglassEscalation', 'one', undefined), found);
    t.strictSame(await lookUp('BreakglassEscalation', 'one', 'team-a'), found);
    t.strictSame(await lookUp('BreakglassEscalation', 'both', 'team-b'), {
      found: true,
      mailProvider: 'mail-b',
    });
  });

  await t.test('an object that names no provider is found without one', async (t) => {
    t.strictSame(await lookUp('BreakglassEscalation', 'silent', 'team-a'), { found: true });
    t.strictSame(await lookUp('BreakglassEscalation', 'empty', undefined), { found: true });
  });

  await t.test('a name that two namespaces have is ambiguous', async (t) => {
    t.strictSame(await lookUp('BreakglassEscalation', 'both', undefined), {
      found: false,
      why: 'ambiguous',
    });
  });

  await t.test('what is not there is told, however it is written', async (t) => {
    const missing = { found: false, why: 'no-such-object' };
    t.strictSame(await lookUp('ClusterConfig', 'one', undefined), missing, 'another kind');
    t.strictSame(await lookUp('BreakglassEscalation', 'one', 'team-b'), missing);
    t.strictSame(await lookUp('BreakglassEscalation', 'one', 'team-none'), missing);
    const tricks = ['', 'One', '..', 'one,metadata.namespace=team-a', 'one/status', 'one?a=b', '*'];
    for (const name of [...tricks, `one${'e'.repeat(300)}`]) {
      t.strictSame(await lookUp('BreakglassEscalation', name, undefined), missing, name);
      t.strictSame(await lookUp('BreakglassEscalation', 'one', name), missing, name);
    }
  });

  await t.test('the documented examples select the documented providers', async (t) => {
    for (const file of ['documented-examples.yaml', 'documented-references.yaml']) {
      const text = await readFile(join(FIXTURES, file), 'utf8');
      const objects = parseAllDocuments(text).map((document) => document.toJS());
      const wanted = /^(standard-mail|urgent-mail|production-.*)$/;
      for (const object of objects) if (wanted.test(object.metadata.name)) await mustApply(object);
    }
    const stored = await mailProviders(connection).list();
    const providers = {
      all: () => stored,
      get: (name: string) => stored.find(({ metadata }) => metadata.name === name),
      claimHolder: () => undefined,
      listen: () => () => {},
    };
    const select = async (request: { escalation?: string; cluster?: string }) => {
      const sources = { providers, references: references(connection) };
      const selection = await selectProvider(request, sources);
      return selection.kind === 'selected' ? selection.provider.metadata.name : selection;
    };
    const [escalation, cluster] = ['production-escalation', 'production-cluster'];
    t.equal(await select({ escalation }), 'urgent-mail');
    t.equal(
      await select({ escalation: `${environment.MAILPROVIDER_NAMESPACE}/${escalation}`, cluster }),
      'urgent-mail',
    );
    t.equal(await select({ cluster }), 'standard-mail');
    t.equal(await select({ escalation: 'team-a/silent', cluster }), 'standard-mail');
    t.equal(await select({}), 'standard-mail', 'the default');
  });
});

t.test('a failure of the API server is never taken for an answer', async (t) => {
  for (const [status, reason] of [
    [403, 'forbidden'],
    [429, 'unavailable'],
    [500, 'unavailable'],
  ] as const) {
    await t.test(`status ${status}`, async (t) => {
      const connection = await scriptedApiServer(t, (_request, response) => {
        response.writeHead(status).end('{"kind":"Status"}');
      });
      await t.rejects(references(connection).lookUp('ClusterConfig', 'any', undefined), {
        reason,
        message: `list clusterconfigs: status ${status}`,
      });
    });
  }
  await t.test('an answer that is no list', async (t) => {
    const connection = await scriptedApiServer(t, (_request, response) => {
      response.end('{"items":[{"spec":{"mailProvider":1}}]}');
    });
    await t.rejects(references(connection).lookUp('ClusterConfig', 'any', undefined), {
      reason: 'unavailable',
      message: 'list clusterconfigs: no usable answer (ZodError)',
    });
  });
});
