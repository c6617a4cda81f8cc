import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ApiConnection, ApiError, loadKubeConfig, mailProviders } from '@mailprovider/kube';
import { listWatch } from '@mailprovider/kube/list-watch';
import { createLogger } from '@mailprovider/process';
import t, { type Test } from 'tap';

/** An API server that is scripted at the socket; returns a connection to it, below `basePath`. */
async function scripted(
  t: Test,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { basePath = '', requestTimeoutMs = 10_000 } = {},
) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = `
clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}${basePath}", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
  const connection = new ApiConnection(
    loadKubeConfig(join(t.testdir({ kubeconfig }), 'kubeconfig')),
    { requestTimeoutMs },
  );
  t.teardown(async () => {
    await connection.close();
    server.closeAllConnections();
    server.close();
  });
  return connection;
}

const LIST = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] });

/** Follows the scripted collection until the third list, and returns the times of the lists. */
async function threeLists(t: Test, answerWatch: (response: ServerResponse) => void) {
  const times: number[] = [];
  const stop = new AbortController();
  const connection = await scripted(t, (request, response) => {
    if (request.url?.includes('watch=true')) return answerWatch(response);
    times.push(performance.now());
    response.end(LIST);
    if (times.length === 3) stop.abort();
  });
  await listWatch({
    connection,
    collection: { path: '/things' },
    decode: (object) => object,
    handlers: { replaced() {}, stored() {}, deleted() {} },
    context: { logger: createLogger('test', 'silent'), signal: stop.signal },
  });
  return times;
}

/** Pauses of at least half of 0.8 s and half of 1.6 s. */
const TWO_PAUSES_MS = 1_200;

t.test('a watch that ends at once is not asked for in a loop', async (t) => {
  const [first = 0, , third = 0] = await threeLists(t, (response) => response.end());
  t.ok(third - first >= TWO_PAUSES_MS, `${third - first} ms`);
});

t.test('a watch that is forbidden is asked for less and less often', async (t) => {
  const [first = 0, , third = 0] = await threeLists(t, (response) => {
    response.writeHead(403).end('{}');
  });
  t.ok(third - first >= TWO_PAUSES_MS, `${third - first} ms`);
});

t.test('an API server below a path is asked below it', async (t) => {
  let asked: string | undefined;
  const connection = await scripted(
    t,
    (request, response) => {
      asked = request.url;
      response.end(LIST);
    },
    { basePath: '/k8s/clusters/c-1' },
  );
  await connection.get('/api/v1/secrets', { signal: new AbortController().signal });
  t.equal(asked, '/k8s/clusters/c-1/api/v1/secrets');
});

t.test('a call that is not answered ends with its limit', async (t) => {
  const connection = await scripted(t, () => {}, { requestTimeoutMs: 200 });
  await t.rejects(mailProviders(connection).list(), {
    message: 'list mailproviders: no usable answer (TimeoutError)',
  });
});

t.test('an error names the call and the code, and nothing that was answered', async (t) => {
  const error = new ApiError('read secret mail/x', 500);
  t.match(error, { reason: 'unavailable', message: 'read secret mail/x: status 500' });
});
