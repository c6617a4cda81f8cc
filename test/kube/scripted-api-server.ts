import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ApiConnection, loadKubeConfig } from '@mailprovider/kube';
import type { Test } from 'tap';

/** An API server that is scripted at the socket; returns a connection to it, below `basePath`. */
export async function scriptedApiServer(
  t: Test,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { basePath = '', requestTimeoutMs = 10_000 } = {},
): Promise<ApiConnection> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
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
