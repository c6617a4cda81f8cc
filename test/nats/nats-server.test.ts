import { readFile } from 'node:fs/promises';
import { type NatsServer, startNatsServer } from '@mailprovider/cluster/nats/nats-server';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { natsClusterUnderTest, natsUnderTest, WITHOUT_NATS } from './nats-under-test.ts';

t.setTimeout(100_000);

const configSchema = z.object({ config: z.unknown() });

async function connection(t: Test, servers: string | readonly string[]): Promise<NatsConnection> {
  const connected = await connect({ servers: [servers].flat() });
  t.teardown(() => connected.close());
  return connected;
}

/** Adds a stream and returns how a message is put there, by a connection of its own. */
async function addStream(t: Test, servers: string | readonly string[], replicas: number) {
  const manager = await jetstreamManager(await connection(t, servers));
  await manager.streams.add({ name: 'kept', subjects: ['kept'], num_replicas: replicas });
  return async (text: string) => {
    const nats = await connection(t, servers);
    // A stream whose leader went away answers again when it has another.
    return jetstream(nats).publish('kept', text, { retries: 40 });
  };
}

async function jetStreamConfig({ monitoringUrl }: NatsServer): Promise<unknown> {
  const answer = await fetch(`${monitoringUrl}/jsz?config=true`);
  return configSchema.parse(await answer.json()).config;
}

t.test(
  'JetStream answers at once on a free port of the loopback interface',
  { skip: WITHOUT_NATS },
  async (t) => {
    const server = await natsUnderTest(t);
    t.match(server.url, /^nats:\/\/127\.0\.0\.1:\d+$/);
    const publish = await addStream(t, server.url, 1);
    t.equal((await publish('text')).seq, 1);
    const log = await readFile(server.logFile, 'utf8');
    const addresses = [...log.matchAll(/(?:connections|monitor) on (\S+):\d+/g)];
    t.equal(addresses.length, 2, log);
    for (const [line, address] of addresses) t.equal(address, '127.0.0.1', line);
  },
);

t.test(
  'what was acknowledged is there after a stop and after a kill, at the same URL',
  { skip: WITHOUT_NATS },
  async (t) => {
    const server = await natsUnderTest(t);
    const publish = await addStream(t, server.url, 1);
    await publish('one');
    await server.stop();
    await server.start();
    t.equal((await publish('two')).seq, 2);
    const before = server.pid;
    await server.kill();
    await server.start();
    t.not(server.pid, before);
    t.equal((await publish('three')).seq, 3);
    t.equal(server.failed.aborted, false, 'neither counts as a failure');
  },
);

t.test(
  'a server that ends by itself is told with the end of its log',
  { skip: WITHOUT_NATS },
  async (t) => {
    await t.rejects(natsUnderTest(t, { config: 'nonsense {' }), {
      message: /^nats-server ended with exit code 1; the end of its log:\n.*Parse error/,
    });
  },
);

t.test(
  'a port that is given and taken is not exchanged for another',
  { skip: WITHOUT_NATS },
  async (t) => {
    const { url } = await natsUnderTest(t);
    await t.rejects(natsUnderTest(t, { port: Number(new URL(url).port) }), {
      message: /address already in use/,
    });
  },
);

t.test('a program that cannot be run is named', async (t) => {
  const starting = startNatsServer({ program: '/nowhere/nats-server', dataDir: t.testdir() });
  await t.rejects(starting, { message: /nats-server cannot be started from \/nowhere/ });
});

t.test(
  'every message can be made to be on the disk before it is acknowledged',
  { skip: WITHOUT_NATS },
  async (t) => {
    const always = await natsUnderTest(t, { syncAlways: true });
    t.match(await jetStreamConfig(always), { sync_always: true });
    const usual = await natsUnderTest(t);
    t.notMatch(await jetStreamConfig(usual), { sync_always: true });
  },
);

t.test(
  'a cluster of three keeps on while one is away, and takes it back',
  { skip: WITHOUT_NATS },
  async (t) => {
    const cluster = await natsClusterUnderTest(t);
    const publish = await addStream(t, cluster.urls, 3);
    await publish('one');
    for (const server of cluster.servers) {
      await server.kill();
      await publish('while one is away');
      await server.start();
    }
    await cluster.stop();
    await cluster.start();
    t.equal((await publish('last')).seq, 5);
  },
);
