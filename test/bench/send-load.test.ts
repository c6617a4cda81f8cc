import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import t, { type Test } from 'tap';
import { commonNowMs } from '#bench/measure/common-clock';
import { load } from '#bench/send/load';
import { submittedAt } from '#bench/send/message';
import { answerIn } from '#bench/send/post-connection';

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return `http://127.0.0.1:${port}/v1/mails`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

t.test('reads an answer when all of it is there', async (t) => {
  const answer = 'HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}';
  t.strictSame(answerIn(Buffer.from(`${answer}HTTP`)), { status: 202, length: answer.length });
  t.equal(answerIn(Buffer.from(answer.slice(0, -1))), undefined);
  t.equal(answerIn(Buffer.from(answer.slice(0, 30))), undefined);
  t.throws(() => answerIn(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), { message: /Content-Length/ });
});

t.test('posts every mail once, and anew while the queue is full', async (t) => {
  const subjects = new Set<string>();
  let requests = 0;
  const url = await serve(t, async (request, response) => {
    const { provider, to, subject } = JSON.parse(await bodyOf(request));
    requests += 1;
    const full = requests % 10 === 0;
    if (!full) subjects.add(subject);
    t.match(
      { provider, to, token: request.headers.authorization },
      {
        provider: 'near',
        to: [{ address: 'recipient@to.example' }],
        token: 'Bearer secret',
      },
    );
    const body = full ? '{"reason":"QueueFull"}' : '{}';
    response.writeHead(full ? 429 : 202, { 'content-length': body.length }).end(body);
  });
  const task = { urls: [url], token: 'secret', provider: 'near', mails: 45, connections: 4 };
  const { startedAt, acceptedAt, repeated } = await load(task);
  t.equal(requests, 45 + repeated);
  t.equal(repeated, Math.floor(requests / 10));
  t.equal(subjects.size, 45);
  t.ok(acceptedAt > startedAt && acceptedAt <= commonNowMs());
});

t.test('mails are shared among several senders', async (t) => {
  const taken: [number, number] = [0, 0];
  const urls = await Promise.all(
    taken.map((_, index) =>
      serve(t, async (request, response) => {
        await bodyOf(request);
        taken[index === 0 ? 0 : 1] += 1;
        response.writeHead(202, { 'content-length': 2 }).end('{}');
      }),
    ),
  );
  await load({ urls, provider: 'near', mails: 40, connections: 4 });
  t.equal(taken[0] + taken[1], 40);
  t.ok(
    taken.every((count) => count > 0),
    `${taken}`,
  );
});

t.test('at a given rate a mail is submitted when it is due', async (t) => {
  const times: number[] = [];
  const url = await serve(t, async (request, response) => {
    const { subject } = JSON.parse(await bodyOf(request));
    times.push(submittedAt(Buffer.from(`\r\nSubject: ${subject}\r\n`)));
    response.writeHead(202, { 'content-length': 2 }).end('{}');
  });
  const task = { urls: [url], provider: 'near', mails: 5, connections: 2, perSecond: 100 };
  const { startedAt } = await load(task);
  const due = times.sort((a, b) => a - b).map((at) => Math.round(at - startedAt));
  t.strictSame(due, [0, 10, 20, 30, 40]);
});

t.test('fails by any other answer', async (t) => {
  const url = await serve(t, (request, response) => {
    request.resume();
    response.writeHead(503, { 'content-length': 0 }).end();
  });
  const task = { urls: [url], provider: 'near', mails: 5, connections: 2 };
  await t.rejects(load(task), { message: 'a submission is answered with 503' });
});
