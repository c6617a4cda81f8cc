import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import t from 'tap';
import { watchMemory } from '#bench/measure/memory-watch';
import { connectionsAt, openConnections } from '#bench/measure/open-connections';
import { anonymousRssMiB, cpuSeconds, groupCpuSeconds } from '#bench/measure/process-usage';
import { timeOfMessage } from '#bench/probe/health-process';
import { metricValue } from '#bench/probe/metric-value';

const TABLE = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:09DD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10 1',
  '   1: 0100007F:09DD 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 11 1',
  '   2: 0100007F:C350 0100007F:09DD 01 00000000:00000000 00:00000000 00000000     0        0 12 1',
  '   3: 0100007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 13 1',
];

t.test('finds both ends of connections at a port, and not who listens', async (t) => {
  t.strictSame(connectionsAt(TABLE.join('\n'), [0x09dd]), ['11', '12']);
  t.strictSame(connectionsAt(TABLE.join('\n'), [25]), []);
});

t.test(
  'counts the open connections of a process',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    t.equal(await openConnections(process.pid, [port]), 0);
    const socket = connect(port, '127.0.0.1');
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    t.equal(await openConnections(process.pid, [port]), 2, 'both ends are ours');
    socket.destroy();
  },
);

t.test('reads one metric, and the time of one message', async (t) => {
  const metrics = '# HELP lag_seconds Lag.\nlag_seconds_max 7\nlag_seconds 0.025\n';
  t.equal(metricValue(metrics, 'lag_seconds'), 0.025);
  t.ok(Number.isNaN(metricValue(metrics, 'lag')));
  const log = ['not JSON', '{"time":"2026-01-01T00:00:01.500Z","msg":"leading"}'].join('\n');
  t.equal(timeOfMessage(log, 'leading'), Date.UTC(2026, 0, 1, 0, 0, 1, 500));
  t.ok(Number.isNaN(timeOfMessage(log, 'following')));
});

t.test('counts the core time of a group', { skip: process.platform !== 'linux' }, async (t) => {
  const burn = 'const end = Date.now() + 200; while (Date.now() < end);';
  const parent = `${burn} require("child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(burn)}]);`;
  const script = `${parent} console.log("done"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const alone = await cpuSeconds(child.pid);
  const group = await groupCpuSeconds(child.pid);
  t.ok(alone > 0);
  t.ok(group > alone, 'the child that ended counts');
  t.ok(Number.isNaN(await groupCpuSeconds(0x7fffffff)), 'there is no such group');
});

t.test('tells the memory that no file backs', { skip: process.platform !== 'linux' }, async (t) => {
  const before = await anonymousRssMiB(process.pid);
  const block = Buffer.alloc(64 * 1024 * 1024, 1);
  t.ok((await anonymousRssMiB(process.pid)) > before + 50);
  t.equal(block.length, 64 * 1024 * 1024);
  const watch = watchMemory(process.pid);
  t.teardown(() => watch.stop());
  t.ok((await watch.takePeakMiB()) > before + 50);
  t.ok(Number.isNaN(await anonymousRssMiB(0x7fffffff)));
});
