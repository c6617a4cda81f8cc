import { ApiError, mailProviders } from '@mailprovider/kube';
import t from 'tap';
import { scriptedApiServer } from './scripted-api-server.ts';

t.test('an API server below a path is asked below it', async (t) => {
  let asked: string | undefined;
  const connection = await scriptedApiServer(
    t,
    (request, response) => {
      asked = request.url;
      response.end('{}');
    },
    { basePath: '/k8s/clusters/c-1' },
  );
  await connection.get('/api/v1/secrets', { signal: new AbortController().signal });
  t.equal(asked, '/k8s/clusters/c-1/api/v1/secrets');
});

t.test('a call that is not answered ends with its limit', async (t) => {
  const connection = await scriptedApiServer(t, () => {}, { requestTimeoutMs: 200 });
  await t.rejects(mailProviders(connection).list(), {
    message: 'list mailproviders: no usable answer (TimeoutError)',
  });
});

t.test('an error names the call and the code, and nothing that was answered', async (t) => {
  const error = new ApiError('read secret mail/x', 500);
  t.match(error, { reason: 'unavailable', message: 'read secret mail/x: status 500' });
});
