import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Mode } from './behaviour.ts';
import type { Identity } from './certificates.ts';
import { dovecotAuth } from './dovecot-auth.ts';
import type { Implementation, Ports } from './implementation.ts';
import { CREDENTIALS } from './probe.ts';

const POSTCONF = '/usr/sbin/postconf';
const POSTFIX = '/usr/sbin/postfix';
/** Where in its directory the services listen that anybody may connect to. */
const SERVICE_SOCKETS = 'queue/public';
/** After this its master ends by itself, should the test have died. */
const LIFETIME_S = 300;

function missing(): string | false {
  const installed = spawnSync(POSTCONF, ['-d', 'mail_version']).status === 0;
  if (!installed) return 'needs Postfix: apt-get install postfix';
  return process.getuid?.() !== 0 && 'needs to run as root, as Postfix does';
}

export const postfix: Implementation = { name: 'Postfix', missing: missing(), start };

/** Services listen on sockets in the queue directory, as a port cannot be left to Postfix to choose. */
const SERVICES = `
none      unix  n  -  n  -  -  smtpd
starttls  unix  n  -  n  -  -  smtpd -o smtpd_tls_security_level=encrypt
implicit  unix  n  -  n  -  -  smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_mechanism_filter=login
anvil     unix  -  -  n  -  1  anvil
proxymap  unix  -  -  n  -  -  proxymap
rewrite   unix  -  -  n  -  -  trivial-rewrite
tlsmgr    unix  -  -  n  -  1  tlsmgr
cleanup   unix  n  -  n  -  0  cleanup
qmgr      unix  n  -  n  -  1  qmgr
bounce    unix  -  -  n  -  0  bounce
defer     unix  -  -  n  -  0  bounce
trace     unix  -  -  n  -  0  bounce
discard   unix  -  -  n  -  -  discard
`;

function parameters(directory: string, daemons: string): string {
  return `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
daemon_directory = ${daemons}
myhostname = peer.example
mydestination =
default_transport = discard
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${directory}/auth
smtpd_tls_cert_file = ${directory}/cert.pem
smtpd_tls_key_file = ${directory}/key.pem
`;
}

async function start(t: Test, identity: Identity): Promise<Ports> {
  const directory = await mkdtemp(join(tmpdir(), 'postfix-'));
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const daemons = spawnSync(POSTCONF, ['-dh', 'daemon_directory']).stdout.toString().trim();
  await configure(directory, daemons, identity);
  await dovecotAuth(t, join(directory, 'auth'), CREDENTIALS);
  await run(t, directory, daemons);
  return {
    none: await portOf(t, directory, 'none'),
    starttls: await portOf(t, directory, 'starttls'),
    implicit: await portOf(t, directory, 'implicit'),
  };
}

async function configure(directory: string, daemons: string, identity: Identity): Promise<void> {
  // Its daemons run as another user.
  await chmod(directory, 0o755);
  await mkdir(join(directory, 'queue'));
  const files = {
    'main.cf': parameters(directory, daemons),
    'master.cf': SERVICES,
    'cert.pem': identity.cert,
    'key.pem': identity.key,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), text, { mode: name === 'key.pem' ? 0o600 : 0o644 });
  }
  const { status, stderr } = spawnSync(POSTFIX, ['-c', directory, 'check']);
  if (status !== 0) throw new Error(`Postfix refuses its configuration: ${stderr}`);
}

/** Runs the master daemon until the test ends, once it listens. */
async function run(t: Test, directory: string, daemons: string): Promise<void> {
  const options = ['-c', directory, '-s', '-e', `${LIFETIME_S}`];
  const master = spawn(join(daemons, 'master'), options, { stdio: 'ignore' });
  t.teardown(async () => {
    master.kill();
    if (master.exitCode === null) await once(master, 'exit');
  });
  while (!(await isListening(join(directory, SERVICE_SOCKETS, 'none')))) {
    if (master.exitCode !== null) throw new Error(`Postfix ended with ${master.exitCode}`);
    await setTimeout(20);
  }
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  const listening = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return listening.finally(() => socket.destroy());
}

/** A port that leads to the service of a mode. */
async function portOf(t: Test, directory: string, mode: Mode): Promise<number> {
  const server = createServer((socket) => {
    const service = connect(join(directory, SERVICE_SOCKETS, mode));
    socket.pipe(service).pipe(socket);
    socket.on('error', () => service.destroy()).on('close', () => service.destroy());
    service.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}
