import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import t, { type Test } from 'tap';
import { createAccess } from '#bench/measure/access';
import { createBenchDirectory } from '#bench/measure/bench-directory';
import { blackboxVersion, startBlackbox } from '#bench/probe/blackbox';
import { startNodeProber } from '#bench/probe/node-prober';
import { measureRates } from '#bench/probe/rate-rounds';
import { startServerProcess } from '#bench/probe/server-process';

const access = createAccess();
const OURS = { name: 'ours', program: 'session-program' } as const;
const signal = new AbortController().signal;
const WITHOUT_BLACKBOX = (await blackboxVersion()) === undefined && 'no blackbox_exporter';

async function serve(t: Test, kind: 'prompt' | 'smtp-server' | 'silent') {
  const server = await startServerProcess({ kind, ...access });
  t.teardown(() => server.stop());
  return { ...server, probed: { ...access, ports: [server.port] } };
}

for (const kind of ['prompt', 'smtp-server'] as const) {
  t.test(`our sessions succeed at a server of kind ${kind}`, async (t) => {
    const { probed: servers } = await serve(t, kind);
    const prober = await startNodeProber({ ...OURS, concurrency: 8, servers, pin: [] });
    t.teardown(() => prober.stop());
    const { times, seconds } = await prober.probe(0.1);
    t.ok(times >= 8);
    t.ok(seconds >= 0.1);
  });
}

t.test('nodemailer succeeds where ours does', async (t) => {
  const { probed: servers } = await serve(t, 'prompt');
  const nodemailer = { name: 'nodemailer', program: 'nodemailer-program' } as const;
  const prober = await startNodeProber({ ...nodemailer, concurrency: 1, servers, pin: [] });
  t.teardown(() => prober.stop());
  t.ok((await prober.probe(0.1)).times >= 1);
});

t.test('a prober tells that a password is not accepted', async (t) => {
  const { probed } = await serve(t, 'prompt');
  const servers = { ...probed, credentials: { ...access.credentials, password: 'wrong' } };
  const prober = await startNodeProber({ ...OURS, concurrency: 1, servers, pin: [] });
  t.teardown(() => prober.stop());
  await t.rejects(prober.probe(0.1), { message: /AuthenticationFailed/ });
});

t.test('blackbox_exporter succeeds where ours does', { skip: WITHOUT_BLACKBOX }, async (t) => {
  const server = await serve(t, 'prompt');
  const directory = await createBenchDirectory();
  t.teardown(() => directory.remove());
  const exporter = (authorityPem: string) =>
    startBlackbox({
      concurrency: 4,
      servers: { ...server.probed, authorityPem },
      pin: [],
      environment: process.env,
      directory,
      signal,
    });
  const prober = await exporter(access.authorityPem);
  t.teardown(() => prober.stop());
  const options = { servers: [server], rounds: 1, seconds: 0.2, progress: () => {}, signal };
  const figures = (await measureRates([prober], options))(prober);
  t.ok(figures.probesPerSecond > 0);
  t.ok(figures.driverShare >= 0);

  const distrustful = await exporter(createAccess().authorityPem);
  t.teardown(() => distrustful.stop());
  await t.rejects(distrustful.probe(0.1), { message: /without probe_success 1/ });
});

t.test('a round ends at once when the benchmark is interrupted', async (t) => {
  const server = await serve(t, 'prompt');
  const options = { ...OURS, concurrency: 1, servers: server.probed, pin: [] };
  const prober = await startNodeProber(options);
  t.teardown(() => prober.stop());
  const interruption = new AbortController();
  const begun = {
    ...prober,
    probe: (seconds: number) => {
      interruption.abort(new Error('interrupted'));
      return prober.probe(seconds);
    },
  };
  const limits = { servers: [server], rounds: 1, seconds: 60, progress: () => {} };
  const measuring = measureRates([begun], { ...limits, signal: interruption.signal });
  await t.rejects(measuring, { message: 'interrupted' });
});

t.test('a silent server accepts, says nothing, and lets go', async (t) => {
  const { port } = await serve(t, 'silent');
  const socket = connect(port, '127.0.0.1');
  let heard = 0;
  socket.on('data', () => {
    heard += 1;
  });
  await once(socket, 'connect');
  socket.end('EHLO client\r\n');
  await once(socket, 'close');
  t.equal(heard, 0);
});

t.test('a server that ends by itself is told of', async (t) => {
  const server = await serve(t, 'prompt');
  process.kill(server.pid ?? 0, 'SIGKILL');
  await once(server.failed, 'abort');
  t.match(server.failed.reason, { message: /server-program ended unexpectedly/ });
});
