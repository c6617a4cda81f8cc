import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { RestartableProcess } from '@mailprovider/cluster/restartable-process';
import { startServing } from '@mailprovider/cluster/serving-process';
import t, { type Test } from 'tap';

/** Is ready until it is asked for /unready, and ends with status 3 when asked for /end. */
const SOURCE = `
  import { createServer } from 'node:http';
  let status = 200;
  const server = createServer(({ url }, response) => {
    if (url === '/end') process.exit(3);
    if (url === '/unready') status = 503;
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1', () => {
    const url = 'http://127.0.0.1:' + server.address().port;
    console.log(JSON.stringify({ msg: 'serving', server: 'operations', url }));
  });
  process.on('SIGTERM', () => process.exit(0));
`;

async function create(t: Test): Promise<RestartableProcess> {
  const directory = t.testdir();
  const script = join(directory, 'main.mjs');
  await writeFile(script, SOURCE);
  const { signal } = new AbortController();
  const restartable = new RestartableProcess({
    name: 'worker',
    launch: (run) =>
      startServing({
        name: 'worker',
        script,
        flags: [],
        servers: ['operations'],
        environment: process.env,
        logFile: join(directory, `${run}.log`),
        signal,
      }),
    signal,
  });
  t.teardown(() => restartable.kill());
  return restartable;
}

t.test('a process that was ended is started again, elsewhere', async (t) => {
  const worker = await create(t);
  await worker.start();
  const first = { pid: worker.pid, url: worker.operationsUrl };
  t.equal(await worker.stop(), 0);
  t.match(worker, { pid: undefined, operationsUrl: undefined });
  await t.rejects(fetch(first.url ?? ''));

  await worker.start();
  t.not(worker.pid, first.pid);
  t.equal((await fetch(`${worker.operationsUrl}/readyz`)).status, 200);
  await worker.kill();
  t.equal(await worker.stop(), null, 'it does not run');
});

t.test('only an end that nobody asked for is a failure, in whichever run', async (t) => {
  const worker = await create(t);
  for (const end of [() => worker.stop(), () => worker.kill()]) {
    await worker.start();
    await end();
  }
  await worker.start();
  t.equal(await Promise.race([worker.failure, delay(0, 'none yet')]), 'none yet');
  await fetch(`${worker.operationsUrl}/end`).catch(() => {});
  t.match(await worker.failure, { message: /^worker ended with exit code 3;/ });
});

t.test('its URL is that of a ready process only as long as it is ready', async (t) => {
  const worker = await create(t);
  t.equal(worker.readyUrl('operations'), undefined);
  await worker.start();
  const url = worker.operationsUrl;
  t.equal(worker.readyUrl('operations'), url);
  await fetch(`${url}/unready`);
  while (worker.readyUrl('operations') !== undefined) await delay(10);
  t.equal(worker.url('operations'), url, 'though it serves on');
});

t.test('a process that runs is not started a second time', async (t) => {
  const worker = await create(t);
  await worker.start();
  await t.rejects(worker.start(), { message: 'worker was started and not ended' });
});

t.test('a stop during the start ends what was started', async (t) => {
  const worker = await create(t);
  const starting = worker.start();
  t.equal(await worker.stop(), 0);
  await t.rejects(starting, { message: 'worker does not run' });
});
