import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createAuthority } from '@mailprovider/pki';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { MAIL, submitClient } from './submit-client.ts';
import { startTestCluster } from './test-cluster.ts';

const CANARY = 'Canary-7f3a-Tweety';
const USER = 'watched';
const reversed = [...CANARY].reverse().join('');
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** Every form in which it may come back; the parts that do not depend on where base64 begins. */
const FORMS = [
  CANARY,
  reversed,
  base64(CANARY),
  base64(reversed),
  base64(`\0${USER}\0${CANARY}`),
  Buffer.from(CANARY).toString('hex'),
  [...base64(CANARY)].reverse().join(''),
];
const ECHO = FORMS.join(' ');

const MAILPROVIDER = join(import.meta.dirname, '../../../packages/cli/bin/mailprovider.js');
/** The issuer has the name of the canary. */
const CERTIFICATE = /^ {2}issuer .*$/m;

type Says = Readonly<Record<'greeting' | 'ehlo' | 'starttls' | 'auth', string>>;

const USUAL: Says = {
  greeting: '220 ready',
  ehlo: '250-server\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN',
  starttls: '220 go ahead',
  auth: '235 welcome',
};
const lines = (code: number) => [...FORMS.map((form) => `${code}-${form}`), `${code} ${ECHO}`];

/** What each hostile server says in place of the usual. */
const HOSTILE: Readonly<Record<string, Partial<Says>>> = {
  greeting: { greeting: lines(554).join('\r\n') },
  'greeting-garbage': { greeting: ECHO },
  ehlo: { ehlo: lines(550).join('\r\n') },
  'ehlo-keywords': { ehlo: lines(250).join('\r\n') },
  starttls: { starttls: lines(454).join('\r\n') },
  certificate: {},
  auth: { auth: lines(535).join('\r\n') },
  'auth-throttled': { auth: `454 4.7.0 ${ECHO}` },
  'auth-challenge': { auth: `334 ${base64(ECHO)}` },
  'auth-accepted': { auth: lines(235).join('\r\n') },
};

const now = new Date();
const authority = createAuthority({ commonName: CANARY, validDays: 1, now });
const identity = (name: string) => {
  const hostile = name === 'certificate';
  const { certificatePem, keyPem } = authority.issue({
    commonName: hostile ? CANARY : 'server',
    dnsNames: hostile ? [reversed] : [],
    addresses: hostile ? [] : ['127.0.0.1'],
    usages: ['server'],
    validDays: 1,
    now,
  });
  return createSecureContext({ cert: certificatePem, key: keyPem });
};

/** A server that knows the password already, and says it wherever it is told to. */
async function hostileServer(t: Test, name: string, says: Partial<Says>): Promise<number> {
  const text: Says = { ...USUAL, ...says };
  const secureContext = identity(name);
  const sockets = new Set<Socket>();
  const talk = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const [verb = ''] = bytes.toString().trim().split(' ');
      if (verb === 'STARTTLS') {
        socket.removeAllListeners('data').write(`${text.starttls}\r\n`);
        talk(new TLSSocket(socket, { isServer: true, secureContext }));
      } else if (verb === 'EHLO') socket.write(`${text.ehlo}\r\n`);
      else if (verb === 'QUIT') socket.end(`221 ${ECHO}\r\n`);
      else socket.write(`${text.auth}\r\n`);
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write(`${text.greeting}\r\n`);
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function objectsFor(name: string, port: number): string {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    stringData: { password: CANARY },
  };
  const provider = {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name },
    spec: {
      smtp: {
        host: '127.0.0.1',
        port,
        username: USER,
        passwordRef: { name, key: 'password' },
        certificateAuthority: authority.certificatePem,
      },
      sender: { address: 'a@example.com' },
    },
  };
  return [secret, provider].map((object) => JSON.stringify(object)).join('\n---\n');
}

t.test(
  'a password that the server says back is in nothing that people see',
  { skip: WITHOUT_PROGRAMS, timeout: 120_000 },
  async (t) => {
    const cluster = await startTestCluster(t);
    const env = { ...cluster.environment };
    const kubectl = async (args: readonly string[], input = '') =>
      (await execa('kubectl', args, { env, input })).stdout;
    for (const [name, says] of Object.entries(HOSTILE)) {
      const port = await hostileServer(t, name, says);
      await kubectl(['apply', '-f', '-'], objectsFor(name, port));
    }
    const checked = Object.keys(HOSTILE).map((name) => `mailprovider/${name}`);
    const reason = '{.status.conditions[?(@.type=="Healthy")].reason}';
    await kubectl(['wait', ...checked, `--for=jsonpath=${reason}`, '--timeout=20s']);
    const reasons = await kubectl([
      'get',
      'mailprovider',
      '-o=custom-columns=:.metadata.name,:.status.conditions[1].reason',
    ]);
    t.match(reasons, /^auth +AuthenticationFailed$/m);
    t.match(reasons, /^auth-accepted +HealthCheckPassed$/m);
    t.match(reasons, /^certificate +CertificateNameMismatch$/m);
    const submit = submitClient(env.MAILPROVIDER_SUBMIT_URL, env.MAILPROVIDER_SUBMIT_TOKEN);
    for (const provider of Object.keys(HOSTILE)) {
      t.match(await submit.post({ ...MAIL, provider }), { status: 202 });
    }
    await kubectl(['wait', ...checked, '--for=jsonpath={.status.lastSendError}', '--timeout=20s']);
    const events = ['get', 'events', '--namespace=default', '-o', 'json'];
    while (!(await kubectl(events)).includes('AuthThrottled')) await setImmediate();

    const namespace = `--credentials-namespace=${env.MAILPROVIDER_NAMESPACE}`;
    // The command shows the certificate that it is asked for; of that, the server is the author.
    const probed = Object.keys(HOSTILE).filter((name) => name !== 'certificate');
    const probe = async (name: string) => {
      const args = [MAILPROVIDER, 'probe', name, '--allow-loopback', namespace];
      const { stdout, stderr } = await execa('node', args, { env, reject: false });
      return [`mailprovider probe ${name}`, stdout.replace(CERTIFICATE, '') + stderr] as const;
    };
    const logs = await readdir(cluster.logDirectory);
    const metrics = env.MAILPROVIDER_METRICS_URLS.split(' ').map(async (url) =>
      (await fetch(url)).text(),
    );
    const seen: readonly (readonly [string, string])[] = [
      [
        'kubectl get',
        await kubectl(['get', 'mailprovider', '-o', 'json', '--show-managed-fields']),
      ],
      ...(await Promise.all(probed.map(probe))),
      ['kubectl describe', await kubectl(['describe', 'mailprovider'])],
      ['events', await kubectl(events)],
      ['mails', JSON.stringify(await submit.list('queued'))],
      ...(await Promise.all(metrics)).map((text) => ['metrics', text] as const),
      ...(await Promise.all(
        logs
          .filter((file) => /health|webhook|sender/.test(file))
          .map(
            async (file) =>
              [file, await readFile(join(cluster.logDirectory, file), 'utf8')] as const,
          ),
      )),
    ];
    t.ok(seen.length >= 10, 'status, Events, mails, metrics and logs of all processes');
    for (const [where, text] of seen) {
      // The CA that was given to the provider names it too.
      const told = text.replaceAll(JSON.stringify(authority.certificatePem).slice(1, -1), '');
      t.ok(told.length > 0);
      t.strictSame(
        FORMS.filter((form) => told.includes(form)),
        [],
        `${where} holds none of them`,
      );
    }
  },
);
