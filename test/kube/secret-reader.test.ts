import { kubeSecretReader, secrets } from '@mailprovider/kube';
import t from 'tap';
import { scriptedApiServer } from './scripted-api-server.ts';

t.test('only what the API server says of a Secret is said of it', async (t) => {
  let status = 404;
  const connection = await scriptedApiServer(t, (_request, response) => {
    response.writeHead(status).end('{}');
  });
  const reader = kubeSecretReader(secrets(connection, 'mail'));
  t.strictSame(await reader.read('a'), { found: false, why: 'missing' });
  status = 403;
  t.strictSame(await reader.read('a'), { found: false, why: 'forbidden' });
  for (status of [401, 429, 500]) await t.rejects(reader.read('a'), { code: status });
});
